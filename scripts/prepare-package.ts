/**
 * Makes what the server's npm package has beside its bundles: manual pages, shell completions, types of the protocol,
 * licences. Runs before `npm pack -w server`; needs `npm run build` before it.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { bashCompletion } from '../server/src/cli/completion/bash';
import { fishCompletion } from '../server/src/cli/completion/fish';
import { zshCompletion } from '../server/src/cli/completion/zsh';
import { describeOurs } from '../server/src/cli/completion-command';
import { createProgram } from '../server/src/cli/command-line';
import { commandPage, serverPage } from './man-pages';

const project = resolve(__dirname, '..');
const server = join(project, 'server');

function fresh(name: string): string {
  const folder = join(server, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function pagesAndCompletions(): Promise<void> {
  const program = describeOurs(await createProgram(() => undefined));
  // https://reproducible-builds.org/specs/source-date-epoch/
  const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000));
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  const man = fresh('man');
  writeFileSync(join(man, 'tw-index.1'), commandPage(program, date));
  writeFileSync(join(man, 'task-watchers-language-server.1'), serverPage(program.version, date));
  const completions = fresh('completions');
  writeFileSync(join(completions, 'tw-index.bash'), bashCompletion(program));
  writeFileSync(join(completions, '_tw-index'), zshCompletion(program));
  writeFileSync(join(completions, 'tw-index.fish'), fishCompletion(program));
}

/** So that the types stand alone: the one type of LSP that they use. */
const location = `/** A place in a file, as the Language Server Protocol has it: 0-based, in the negotiated encoding. */
export interface Location {
  uri: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}
`;

/** The declarations of the protocol, and those they refer to. */
function types(): void {
  const from = join(server, 'out/src');
  const to = fresh('types');
  const done = new Set<string>();
  const copy = (file: string): void => {
    if (done.has(file)) return;
    done.add(file);
    const text = readFileSync(file, 'utf8').replace(
      /import type \{ Location \} from 'vscode-languageserver\/node';/,
      "import type { Location } from './location';",
    );
    const target = join(to, relative(from, file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
    for (const [, name = ''] of text.matchAll(/(?:from|import\()\s*['"]([^'"]*)['"]/g)) {
      if (!name.startsWith('.')) throw new Error(`${file}: its types need ${name}`);
      if (name !== './location') copy(`${resolve(dirname(file), name)}.d.ts`);
    }
  };
  mkdirSync(join(to, 'lsp'));
  writeFileSync(join(to, 'lsp/location.d.ts'), location);
  copy(join(from, 'lsp/protocol.d.ts'));
}

const mapSchema = z.object({ sources: z.array(z.string()) });

/** Whose code the bundles hold is known from their source maps; each of them asks for its notice to be kept. */
function notices(): void {
  const dist = join(server, 'dist');
  const packages = new Set<string>(['tree-sitter-c']);
  for (const name of readdirSync(dist).filter((file) => file.endsWith('.map')))
    for (const source of mapSchema.parse(JSON.parse(readFileSync(join(dist, name), 'utf8'))).sources) {
      const found = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
      if (found !== undefined) packages.add(found);
    }
  const texts = [...packages].sort().map((name) => {
    const folder = join(project, 'node_modules', name);
    const { version, license } = z
      .object({ version: z.string(), license: z.string() })
      .parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    return `## ${name} ${version} (${license})\n${text}`;
  });
  writeFileSync(
    join(server, 'THIRD-PARTY-NOTICES.md'),
    `# Packages whose code is in dist/\n\n${texts.join('\n')}`,
  );
}

async function main(): Promise<void> {
  if (!existsSync(join(server, 'dist/language-server.js'))) throw new Error('run `npm run build` first');
  await pagesAndCompletions();
  types();
  notices();
  copyFileSync(join(project, 'LICENSE'), join(server, 'LICENSE'));
}

void main();
