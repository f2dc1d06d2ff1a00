#!/usr/bin/env node
/**
 * A compiler for kernels older than the compiler: `make CC="node …/scripts/old-kernel-cc.mjs"`. What GCC of today still
 * compiles, as the C of then, it compiles. Of a file that it refuses, the object holds what GCC's own preprocessor leaves
 * of pointers in named sections, compiled by GCC with the same flags, each with a function of its own to point to.
 * With OLD_KERNEL_LOG, such files are listed there.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';

// Once GCC handed `-m elf_i386` to ld.
const words = process.argv.slice(2).filter((word, at, all) => word !== '-m' && all[at - 1] !== '-m');
const version = ['-U__GNUC__', '-D__GNUC__=4', '-U__GNUC_MINOR__', '-D__GNUC_MINOR__=1'];
const dialect = [
  ...version,
  '-std=gnu89',
  '-fgnu89-inline',
  '-fcommon',
  '-fno-pie',
  '-fno-stack-protector',
  '-w',
];
const modern = [...dialect, '-fcf-protection=none', '-fno-asynchronous-unwind-tables', '-Wno-error'];
const input = words.find((word) => /\.[cS]$/.test(word));
const output = words[words.indexOf('-o') + 1];
const isCompilation = words.includes('-c') && words.includes('-o') && input !== undefined;

const gcc = (more, options = {}) =>
  spawnSync('gcc', more, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });

if (!isCompilation) {
  const isC = !words.some((word) => word.endsWith('.S') || word === 'assembler-with-cpp');
  process.exit(gcc([...words, ...(isC ? modern : ['-w'])], { stdio: 'inherit' }).status ?? 1);
}

const compiled = gcc([...words, ...(input.endsWith('.c') ? modern : ['-w'])]);
if (compiled.status === 0) process.exit(0);

const flags = words.filter((word, at) => word !== '-c' && word !== '-o' && words[at - 1] !== '-o');
const preprocessed = input.endsWith('.c') ? gcc([...flags, ...modern, '-E', '-P']).stdout : '';
/** `static initcall_t name __attribute__((…)) … = function;` */
const pointer = /\bstatic\s+(?:const\s+)?\w+\s+(\w+)\s*((?:__attribute__\s*\(\(.*?\)\)\s*)+)=\s*(\w+)\s*;/g;
const stubs = new Set();
const lines = [];
for (const [, name, attributes, called] of preprocessed.matchAll(pointer)) {
  if (!/section/.test(attributes)) continue;
  if (!stubs.has(called)) lines.push(`static int ${called}(void) { return sizeof("${called}"); }`);
  stubs.add(called);
  lines.push(`static int (*${name})(void) ${attributes} = ${called};`);
}
const stub = `${output}.stub.c`;
writeFileSync(stub, `${lines.join('\n')}\n`);
const level = words.filter((word) => /^-(?:O.|m32|m64|fno-toplevel-reorder)$/.test(word));
const made = gcc([...level, ...modern, '-c', '-o', output, stub], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (process.env.OLD_KERNEL_LOG)
  appendFileSync(
    process.env.OLD_KERNEL_LOG,
    `${input}: ${String(stubs.size)}: ${compiled.stderr.split('\n').find((line) => /error/.test(line)) ?? ''}\n`,
  );
process.exit(made.status ?? 1);
