import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openCParser, type CParser } from '../syntax/c/tree/c-parser';

let opened: Promise<CParser> | undefined;

/** The C parser of this process, opened when it is first needed. Its two WebAssembly files lie beside the bundle. */
export function cParser(): Promise<CParser> {
  opened ??= open();
  return opened;
}

function open(): Promise<CParser> {
  return openCParser({
    runtime: readFileSync(find('web-tree-sitter', 'web-tree-sitter.wasm')),
    grammar: readFileSync(find('tree-sitter-c', 'tree-sitter-c.wasm')),
  });
}

/** Beside the bundle, or, when running from source, in the package that ships it. */
function find(packageName: string, file: string): string {
  const bundled = join(__dirname, file);
  if (existsSync(bundled)) return bundled;
  return createRequire(__filename).resolve(`${packageName}/${file}`);
}
