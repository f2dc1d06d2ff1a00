import type { PlannedObject } from '../kbuild/link-plan';
import { withOverlaid } from '../source/overlaid-hits';
import { prescanFiles } from '../source/prescan';
import { lex } from '../syntax/c/lex';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import { functionName } from '../watchers/call-sites';
import type { Kernel } from './open-kernel';

/** Whether ld takes a member out of its archive. */
export type Need =
  /** An object that is linked anyway uses one of its symbols. */
  | {
      readonly kind: 'needed';
      readonly symbol: string;
      readonly file: string;
      /** Only objects behind the archive use it: ld comes back for it when it has seen them all (`--start-group`). */
      readonly isLate: boolean;
    }
  /** None of them names any: a header, assembler or another member still may, which is not followed. */
  | { readonly kind: 'unknown' };

/**
 * Decides for the archive members that register something, by their symbols. ld looks at an archive with the undefined symbols of all
 * objects before it, so members that such objects name are taken in the first pass, in the archive's order.
 */
export async function neededMembers(
  kernel: Kernel,
  files: UnitFiles,
  symbols: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Need>> {
  const needs = new Map<string, Need>();
  if (symbols.size === 0) return needs;
  const own = new Map<string, number>();
  const orderOf = new Map<string, number>();
  kernel.plan.objects.forEach(({ path, source, membership }, order) => {
    orderOf.set(path, order);
    if (membership === 'object' && source?.endsWith('.c') === true && !own.has(source))
      own.set(source, order);
  });
  const names = [...symbols.keys()];
  const { hits } = await prescanFiles(kernel.root, names, [...own.keys()], {
    log: kernel.log,
    apart: kernel.tree.overlaid !== undefined,
  });
  const unseen = new Set(symbols.values());
  // In link order: the first that names a member decides when ld meets it.
  const place = (file: string): number => own.get(file) ?? Infinity;
  const current = [...withOverlaid(hits, names, kernel.tree.overlaid, (path) => own.has(path))];
  for (const hit of current.sort((a, b) => place(a.file) - place(b.file))) {
    const likely = hit.needles.some((needle) => unseen.has(symbols.get(names[needle] ?? '') ?? ''));
    const file = likely ? files.source(hit.file) : undefined;
    if (!file) continue;
    const used = namesUsed(file);
    for (const needle of hit.needles) {
      const symbol = names[needle] ?? '';
      const member = symbols.get(symbol);
      if (member === undefined || !unseen.has(member) || !used.has(symbol)) continue;
      const isLate = place(hit.file) > (orderOf.get(member) ?? -1);
      needs.set(member, { kind: 'needed', symbol, file: hit.file, isLate });
      unseen.delete(member);
    }
    if (unseen.size === 0) break;
  }
  for (const member of unseen) needs.set(member, { kind: 'unknown' });
  return needs;
}

/** The functions that other objects can call, each with the path of the member that defines it. */
export function memberSymbols(
  files: UnitFiles,
  members: readonly PlannedObject[],
): ReadonlyMap<string, string> {
  const symbols = new Map<string, string>();
  for (const member of members) {
    const file = member.source === undefined ? undefined : files.source(member.source);
    for (const symbol of file ? globalFunctions(file) : []) symbols.set(symbol, member.path);
  }
  return symbols;
}

/** Functions that other objects can call: defined here, not static. */
function globalFunctions(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const { statements } = file.facts;
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, body = 0, end = 0] = statements.slice(at, at + 3);
    if (body >= end) continue;
    const head = lex(file.text, start, body);
    if (head.some(({ text }) => text === 'static')) continue;
    const name = functionName(head);
    if (name !== undefined && name.length > 3) found.push(name);
  }
  return found;
}

/** Names in code: not in comments, strings or directives. */
function namesUsed(file: SourceFile): ReadonlySet<string> {
  const used = new Set<string>();
  let from = 0;
  for (const { offset, end } of [
    ...file.facts.directives,
    { offset: file.text.length, end: file.text.length },
  ]) {
    for (const token of lex(file.text, from, offset)) if (token.kind === 'name') used.add(token.text);
    from = end;
  }
  return used;
}
