// Preloaded into tw-index: when it ends, keeps what V8 made of the bundles that ran where load-compiled.ts looks for it.
'use strict';
const { statSync, writeFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');

// Code is loaded before the flags are set, and is taken only by a V8 with the same flags.
v8.setFlagsFromString = () => undefined;

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options);
    scripts.set(options.filename, this);
  }
};

process.on('exit', () => {
  for (const [path, script] of scripts) {
    const { size, mtimeMs } = statSync(path);
    const header = Buffer.from(`${`${size} ${mtimeMs} ${process.version} ${process.arch}`.padEnd(63)}\n`);
    writeFileSync(`${path}.code`, Buffer.concat([header, script.createCachedData()]));
  }
});
