import { prescanFiles } from '../source/prescan';
import { withOverlaid } from '../source/overlaid-hits';
import type { TreeReader } from '../source/tree-reader';
import { lex, type Token } from '../syntax/c/lex';
import { symbolReferences } from '../syntax/c/symbol-references';
import type { Decide } from '../syntax/c/tree/branch-choices';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import { conditionsAround, functionName } from '../watchers/call-sites';
import type { Kernel } from './open-kernel';

/**
 * Functions and macros of the kernel's own headers that name one of `symbols`: whoever uses them uses the symbol. Only
 * those that are defined once, counting every definition that this configuration may compile.
 */
export async function headerAliases(
  kernel: Kernel,
  files: UnitFiles,
  symbols: ReadonlyMap<string, string>,
  decide: Decide,
): Promise<ReadonlyMap<string, string>> {
  const names = [...symbols.keys()];
  const headers = headersBelow(kernel.tree, ['include', `arch/${kernel.plan.srcarch}/include`]);
  const options = { log: kernel.log, apart: kernel.tree.overlaid !== undefined };
  const naming = (needles: readonly string[]): Promise<readonly { readonly file: string }[]> =>
    prescanFiles(kernel.root, needles, headers, options).then(({ hits }) => [
      ...withOverlaid(hits, needles, kernel.tree.overlaid, (path) => headers.includes(path)),
    ]);
  const aliases = new Map<string, string>();
  for (const { file } of await naming(names)) {
    const source = files.source(file);
    for (const { name, uses } of source ? definitions(source, decide) : [])
      for (const used of uses) {
        const member = symbols.get(used);
        if (member !== undefined && !symbols.has(name)) aliases.set(name, member);
      }
  }
  if (aliases.size === 0) return aliases;
  const count = new Map<string, number>();
  for (const { file } of await naming([...aliases.keys()])) {
    const source = files.source(file);
    for (const { name } of source ? definitions(source, decide) : [])
      count.set(name, (count.get(name) ?? 0) + 1);
  }
  return new Map([...aliases].filter(([name]) => count.get(name) === 1));
}

interface Definition {
  readonly name: string;
  readonly uses: ReadonlySet<string>;
}

/** What a header defines, as far as it is not surely left out. */
function definitions(file: SourceFile, decide: Decide): readonly Definition[] {
  const found: Definition[] = [];
  const mayBeSeen = (offset: number): boolean =>
    conditionsAround(file.facts, offset).every(({ condition, negated }) => decide(condition) !== negated);
  const namesIn = (from: number, to: number, head: readonly Token[]): ReadonlySet<string> =>
    new Set(symbolReferences(lex(file.text, from, to), head).map(({ text }) => text));
  const { statements, directives } = file.facts;
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, body = 0, end = 0] = statements.slice(at, at + 3);
    const head = body < end ? lex(file.text, start, body) : [];
    const name = functionName(head);
    if (name !== undefined && mayBeSeen(start)) found.push({ name, uses: namesIn(body, end, head) });
  }
  for (const directive of directives)
    if (directive.kind === 'define' && directive.body !== '' && mayBeSeen(directive.offset))
      found.push({ name: directive.name, uses: namesIn(directive.offset, directive.end, []) });
  return found;
}

function headersBelow(tree: TreeReader, folders: readonly string[]): readonly string[] {
  const found: string[] = [];
  const open = [...folders];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop())
    for (const name of tree.list(folder)) {
      if (name.endsWith('/')) open.push(`${folder}/${name.slice(0, -1)}`);
      else if (name.endsWith('.h')) found.push(`${folder}/${name}`);
    }
  return found;
}
