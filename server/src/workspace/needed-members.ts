import type { PlannedObject } from '../kbuild/link-plan';
import { withOverlaid } from '../source/overlaid-hits';
import { prescanFiles } from '../source/prescan';
import { lex, type Token } from '../syntax/c/lex';
import type { Directive } from '../syntax/c/scan';
import { symbolReferences } from '../syntax/c/symbol-references';
import type { Decide } from '../syntax/c/tree/branch-choices';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import { conditionsAround, functionName } from '../watchers/call-sites';
import { configDecides } from '../watchers/config-conditions';
import { headerAliases } from './header-aliases';
import { loadedByBuild } from './members-of-build';
import type { Kernel } from './open-kernel';

/** What ld takes out of its archives. */
export interface LoadedMembers {
  /** Paths of members that are surely loaded. Of the others nothing is known, unless `isWhole`. */
  readonly loaded: ReadonlySet<string>;
  /** A build told it: what is not in `loaded` is not linked. */
  readonly isWhole: boolean;
  /** All objects that are or may be linked, as ld loads them. */
  readonly order: readonly PlannedObject[];
  /** The symbols that were looked for, with functions and macros of headers that stand for them. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Decides for the archive members that register something. A build's objects tell it exactly; without one, it is told by
 * what the sources name. ld looks at an archive with the undefined symbols of all objects before it, so members that
 * such objects name are taken in the first pass, in the archive's order; others when ld comes back (`--start-group`).
 */
export async function loadedMembers(
  kernel: Kernel,
  files: UnitFiles,
  symbols: ReadonlyMap<string, string>,
): Promise<LoadedMembers> {
  const { objects } = kernel.plan;
  const built = loadedByBuild(kernel);
  if (built !== undefined) {
    const byPath = new Map(objects.map((object) => [object.path, object]));
    const order = built.flatMap((path) => byPath.get(path) ?? []);
    return { loaded: new Set(built), isWhole: true, order, names: new Map() };
  }
  const { named, names } = await membersNamed(kernel, files, symbols);
  const isLate = ({ path }: PlannedObject): boolean => named.get(path) === 'late';
  return {
    loaded: new Set(named.keys()),
    isWhole: false,
    order: [...objects.filter((object) => !isLate(object)), ...objects.filter(isLate)],
    names,
  };
}

/** Whether an edit of a file may change which members are loaded. */
export function mayChangeMembers(
  kernel: Kernel,
  { names }: LoadedMembers,
  before: SourceFile | undefined,
  after: SourceFile | undefined,
): boolean {
  const mentions = (file: SourceFile | undefined): boolean =>
    file !== undefined && [...names.keys()].some((name) => file.text.includes(name));
  if (!mentions(before) && !mentions(after)) return false;
  if (!before?.path.endsWith('.c') || !after) return true;
  const decide = configDecides(kernel.config?.values);
  const said = (file: SourceFile): string =>
    [namesSurelyUsed(file, names, decide), namesDefined(file, names, decide)]
      .map((found) => [...found].sort().join(' '))
      .join('|');
  return said(before) !== said(after);
}

/** `late`: only objects behind the archive need it. */
type When = 'first' | 'late';

/** More headers than this between a use and the symbol are not followed. */
const deepestAlias = 3;

/**
 * The members that linked C code names, directly or through a function or macro of a header. What assembler or another
 * member needs is not followed.
 */
async function membersNamed(
  kernel: Kernel,
  files: UnitFiles,
  symbols: ReadonlyMap<string, string>,
): Promise<{ readonly named: ReadonlyMap<string, When>; readonly names: ReadonlyMap<string, string> }> {
  const named = new Map<string, When>();
  const all = new Map<string, string>();
  const decide = configDecides(kernel.config?.values);
  const unseen = new Set(symbols.values());
  let names = symbols;
  for (let depth = 0; depth <= deepestAlias && names.size > 0; depth++) {
    for (const [name, member] of names) all.set(name, member);
    await lookForUses(kernel, files, names, decide, unseen, named);
    if (unseen.size === 0 || depth === deepestAlias) break;
    const open = new Map([...names].filter(([, member]) => unseen.has(member)));
    names = await headerAliases(kernel, files, open, decide);
  }
  return { named, names: all };
}

async function lookForUses(
  kernel: Kernel,
  files: UnitFiles,
  symbols: ReadonlyMap<string, string>,
  decide: Decide,
  unseen: Set<string>,
  named: Map<string, When>,
): Promise<void> {
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
  // In link order: the first that names a member decides when ld meets it.
  const place = (file: string): number => own.get(file) ?? Infinity;
  const current = [...withOverlaid(hits, names, kernel.tree.overlaid, (path) => own.has(path))];
  // What a linked object defines itself is not looked for in archives.
  const defined = new Set<string>();
  for (const { file: path } of current) {
    const file = files.source(path);
    for (const name of file ? namesDefined(file, symbols, decide) : []) defined.add(name);
  }
  for (const hit of current.sort((a, b) => place(a.file) - place(b.file))) {
    const likely = hit.needles.some((needle) => unseen.has(symbols.get(names[needle] ?? '') ?? ''));
    const file = likely ? files.source(hit.file) : undefined;
    if (!file) continue;
    const used = namesSurelyUsed(file, symbols, decide);
    for (const needle of hit.needles) {
      const symbol = names[needle] ?? '';
      const member = symbols.get(symbol);
      if (member === undefined || !unseen.has(member) || !used.has(symbol) || defined.has(symbol)) continue;
      named.set(member, place(hit.file) > (orderOf.get(member) ?? -1) ? 'late' : 'first');
      unseen.delete(member);
    }
    if (unseen.size === 0) break;
  }
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

/** Those of `wanted` that a linked file may define for all, in no branch that is surely left out. */
function namesDefined(
  file: SourceFile,
  wanted: ReadonlyMap<string, string>,
  decide: Decide,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const offset of placesOf(wanted, file.text)) {
    const { statements } = file.facts;
    const at = statementAt(statements, offset);
    const [start = 0, body = 0, end = 0] = at < 0 ? [] : statements.slice(at, at + 3);
    if (body >= end || offset >= body) continue;
    const head = lex(file.text, start, body);
    const name = functionName(head);
    const isLeftOut = conditionsAround(file.facts, offset).some(
      ({ condition, negated }) => decide(condition) === negated,
    );
    if (name !== undefined && wanted.has(name) && !isLeftOut && !head.some(({ text }) => text === 'static'))
      found.add(name);
  }
  return found;
}

/** A test that the compiler decides, which may leave out the code behind it. */
const compileTimeTest = /^(?:IS_ENABLED|IS_BUILTIN|IS_MODULE|IS_REACHABLE|__builtin_constant_p)$/;

/**
 * Those of `wanted` that stand in code which is surely compiled: not in comments, strings or directives, in no branch
 * that is left out or not decided, in no function that the compiler may cut short, or drop because nothing uses it; and
 * mean no member, label or variable of that name, nothing static or weak, and no macro of the file.
 */
function namesSurelyUsed(
  file: SourceFile,
  wanted: ReadonlyMap<string, string>,
  decide: Decide,
): ReadonlySet<string> {
  const { statements, directives } = file.facts;
  const found = new Set<string>();
  const done = new Set<number>();
  const others = new Set(
    directives.flatMap((directive) => (directive.kind === 'define' ? [directive.name] : [])),
  );
  for (const offset of placesOf(wanted, file.text)) {
    const at = statementAt(statements, offset);
    const [start = 0, body = 0, end = 0] = statements.slice(at, at + 3);
    if (at < 0 || done.has(at)) continue;
    done.add(at);
    const tokens = tokensOutsideDirectives(file.text, directives, start, end);
    const { head, code } = headAndCode(tokens, body < end ? body : undefined);
    if (head.some(({ text }) => otherSymbol.test(text)))
      for (const { kind, text } of head) if (kind === 'name') others.add(text);
    if (isDecidedByCompiler(tokens) || isTypeDefinition(head, body < end)) continue;
    const names = symbolReferences(code, head).filter(
      (token) =>
        wanted.has(token.text) &&
        conditionsAround(file.facts, token.offset).every(
          ({ condition, negated }) => decide(condition) === !negated,
        ),
    );
    if (names.length === 0) continue;
    const owner = functionName(head) ?? head.findLast(({ kind }) => kind === 'name')?.text;
    const isStatic = head.some(({ text }) => text === 'static');
    if (isStatic && owner !== undefined && !isNamedElsewhere(file, owner, start, end)) continue;
    for (const { text } of names) found.add(text);
  }
  for (const name of others) found.delete(name);
  return found;
}

/** What is declared so is another symbol than an archive's, or one that ld need not find. */
const otherSymbol = /^(?:static|weak|__weak__|__weak|weakref|__weakref__|alias|__alias__|asm|__asm__)$/;

const isDecidedByCompiler = (tokens: readonly Token[]): boolean =>
  tokens.some(
    ({ text }, at) =>
      compileTimeTest.test(text) ||
      (text === '0' && tokens[at - 1]?.text === '(' && /^(?:if|while)$/.test(tokens[at - 2]?.text ?? '')),
  );

/** The members of a structure or enumeration are nothing that is used. */
const isTypeDefinition = (head: readonly Token[], hasBody: boolean): boolean =>
  hasBody && functionName(head) === undefined && !head.some(({ text }) => text === '=');

/** Where one of the names stands, in no order. */
function placesOf(names: ReadonlyMap<string, string>, text: string): readonly number[] {
  const found: number[] = [];
  for (const name of names.keys())
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) found.push(at);
  return found;
}

/** The index of the first of the three numbers of the statement around `offset`; -1: there is none. */
function statementAt(statements: ArrayLike<number>, offset: number): number {
  let [low, high] = [0, statements.length / 3];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((statements[middle * 3] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const at = (low - 1) * 3;
  return at >= 0 && (statements[at + 2] ?? 0) > offset ? at : -1;
}

function tokensOutsideDirectives(
  text: string,
  directives: readonly Directive[],
  start: number,
  end: number,
): readonly Token[] {
  const tokens: Token[] = [];
  let from = start;
  for (const directive of directives) {
    if (directive.end <= from) continue;
    if (directive.offset >= end) break;
    tokens.push(...lex(text, from, Math.max(from, directive.offset)));
    from = directive.end;
  }
  if (from < end) tokens.push(...lex(text, from, end));
  return tokens;
}

/** Whether code outside of a static function or variable, from `start` to `end`, names it. */
function isNamedElsewhere(file: SourceFile, name: string, start: number, end: number): boolean {
  return [
    [0, start],
    [end, file.text.length],
  ].some(([from = 0, to = 0]) =>
    tokensOutsideDirectives(file.text, file.facts.directives, from, to).some(
      (token) => token.kind === 'name' && token.text === name,
    ),
  );
}

/** A function's head and body, or what stands before and after the `=` of a variable. */
function headAndCode(
  tokens: readonly Token[],
  body: number | undefined,
): { readonly head: readonly Token[]; readonly code: readonly Token[] } {
  const equals = body === undefined ? tokens.findIndex(({ text }) => text === '=') : -1;
  const from = body ?? tokens[equals]?.offset ?? Infinity;
  return {
    head: tokens.filter(({ offset }) => offset < from),
    code: tokens.filter(({ offset }) => offset >= from),
  };
}
