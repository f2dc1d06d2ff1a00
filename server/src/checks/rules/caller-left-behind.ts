import { lex, type Token } from '../../syntax/c/lex';
import { rememberByFile } from '../../syntax/c/remember-by-file';
import type { SourceFile } from '../../syntax/c/unit';
import type { Range } from '../../syntax/positions';
import { conditionsAround } from '../../watchers/call-sites';
import type { CheckContext } from '../check-context';
import { writtenEntries } from '../entries';
import type { Fix, Problem, Rule } from '../rule';
import { lineRemoval } from '../texts';
import { watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const callerLeftBehind: Rule = {
  name: 'caller-left-behind',
  severity: 'error',
  title: 'A caller was left behind',
  finds: 'A registered `static` function is still called or declared in another file.',
  why: `Turning a function into a watcher makes it \`static\` and takes its calls away. A call that was forgotten, perhaps for
another architecture or under another configuration, no longer links, or, in old C, is a call of a function that nobody
declared. A declaration that was forgotten misleads its readers.`,
  bad: {
    file: 'kernel/lockdep.c',
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int lockdep_init_task(unsigned long val, struct task_struct *tsk)
{
	tsk->lockdep_depth = 0;
	return 0;
}
task_watcher_func(init, lockdep_init_task);

int audit_free(struct task_struct *tsk);
/*  ^ caller-left-behind */
`,
  },
  good: {
    file: 'kernel/lockdep.c',
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int lockdep_init_task(unsigned long val, struct task_struct *tsk)
{
	tsk->lockdep_depth = 0;
	return 0;
}
task_watcher_func(init, lockdep_init_task);
`,
  },
  *prepare(context) {
    // Whoever asks first for the functions of all these files has them parsed.
    for (const path of new Set(writtenEntries(context.snapshot).map(({ place }) => place.file))) {
      context.functions(path);
      yield;
    }
    for (const same of watchersByName(context))
      for (const path of others(context, same)) {
        context.functions(path);
        yield;
      }
  },
  find: (context) => watchersByName(context).flatMap((same) => leftBehind(context, same)),
};

function watchersByName(context: CheckContext): readonly (readonly WatcherFunction[])[] {
  const byName = new Map<string, WatcherFunction[]>();
  for (const watcher of watcherFunctions(context)) {
    const { name } = watcher.fact;
    byName.set(name, [...(byName.get(name) ?? []), watcher]);
  }
  return [...byName.values()];
}

/** Programs of their own, that share no function with the kernel. */
const notKernel = /^(?:Documentation|tools|scripts|samples|usr)\//;

/** Other files that name the watcher, where its name tells which watcher it is. */
function others(context: CheckContext, same: readonly WatcherFunction[]): readonly string[] {
  const [first] = same;
  // Two files' watchers of one name, or one that is static under some conditions only: which is meant is not known.
  if (!first || same.some(({ fact, file }) => !fact.isStatic || file.path !== first.file.path)) return [];
  const { file, fact } = first;
  if (!file.path.endsWith('.c')) return [];
  return (context.mentions(fact.name) ?? []).filter(
    (path) => path !== file.path && /\.[ch]$/.test(path) && !notKernel.test(path),
  );
}

function leftBehind(context: CheckContext, same: readonly WatcherFunction[]): readonly Problem[] {
  const [first] = same;
  if (!first) return [];
  const { file, fact } = first;
  const uses = others(context, same).flatMap((path) => {
    const other = context.source(path);
    return other ? [{ other, ...readFile(context, other, first) }] : [];
  });
  // Where some other file defines a function of that name that can be seen from elsewhere, that one is meant.
  const own = archOf(file.path);
  const definers = uses.filter(({ defines }) => defines);
  const isMeant = definers.some(({ other }) => {
    const arch = archOf(other.path);
    return arch === undefined || arch === own;
  });
  if (isMeant) return [];
  const [noun] = context.snapshot.family.noun;
  const foreign = new Set(definers.flatMap(({ other }) => archOf(other.path) ?? []));
  return uses.flatMap(({ other, places, isApart }) => {
    const arch = archOf(other.path);
    if (isApart || (arch !== undefined && (foreign.has(arch) || (own !== undefined && arch !== own))))
      return [];
    return places.map(({ range, kind }): Problem => ({
      file: other.path,
      range,
      message: `${fact.name}() is ${kind} here, but is static in ${file.path}: it is ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun} now`,
      related: [
        { file: file.path, range: fact.nameRange, message: 'defined here' },
        ...first.entries.map((entry) => ({
          file: entry.place.file,
          range: entry.range,
          message: 'registered here',
        })),
      ],
      fixes: fixesFor(context, other, range, kind, fact.name),
    }));
  });
}

const archOf = (path: string): string | undefined =>
  /^(?:arch\/([^/]+)|include\/asm-([^/]+))\//
    .exec(path)
    ?.slice(1)
    .find((part: string | undefined) => part !== undefined && part !== 'generic');

interface Uses {
  /** It has a function of that name that other files can call, or a macro. */
  readonly defines: boolean;
  /** It has one of its own, is no program text, or is part of the same unit. */
  readonly isApart: boolean;
  readonly places: readonly { readonly range: Range; readonly kind: 'called' | 'declared' }[];
}

function readFile(context: CheckContext, other: SourceFile, watcher: WatcherFunction): Uses {
  const { name } = watcher.fact;
  const nothing: Uses = { defines: false, isApart: true, places: [] };
  const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const isPart = (text: string, path: string): boolean => text.endsWith('.c') && base(text) === base(path);
  const includes = (one: SourceFile, two: string): boolean =>
    one.facts.directives.some((directive) => directive.kind === 'include' && isPart(directive.text, two));
  if (includes(other, watcher.file.path) || includes(watcher.file, other.path)) return nothing;
  const macros = other.facts.directives.filter(
    (directive) => directive.kind === 'define' && directive.name === name,
  );
  const facts = context.functions(other.path).filter((fact) => fact.name === name);
  const definitions = facts.filter(({ body }) => body !== undefined);
  const visible = [
    ...macros.map(({ offset }) => offset),
    ...definitions.map(({ range }) => range.start),
  ].filter((offset) => !isForWhenOff(other, offset, watcher));
  const isHeader = other.path.endsWith('.h');
  // A header's stub is there for those who include it; a .c file's static function for itself.
  if (visible.length > 0)
    return { ...nothing, defines: isHeader || definitions.some(({ isStatic }) => !isStatic) };
  const declarations = facts.filter(
    ({ body, range }) => body === undefined && !isForWhenOff(other, range.start, watcher),
  );
  if (declarations.some(({ isStatic }) => isStatic)) return nothing;
  return {
    defines: false,
    isApart: false,
    places: [
      ...declarations.map(({ nameRange }) => ({ range: nameRange, kind: 'declared' as const })),
      ...callsIn(other, name, watcher).map((range) => ({ range, kind: 'called' as const })),
    ],
  };
}

/** Under a condition that is false whenever the watcher's own conditions hold: the stub for when it is off. */
function isForWhenOff(other: SourceFile, offset: number, { entries }: WatcherFunction): boolean {
  const guards = entries.map(({ allGuards }) => new Set(allGuards));
  const names = (condition: string): readonly string[] => condition.match(/\bCONFIG_\w+/g) ?? [];
  return conditionsAround(other.facts, offset).some(({ condition, negated }) => {
    const [name, more] = names(condition);
    if (name === undefined || more !== undefined || /[|&<>=]/.test(condition)) return false;
    const wantsOn = negated === condition.trim().startsWith('!');
    return guards.some((set) => (wantsOn ? set.has(`!${name}`) : set.has(name)));
  });
}

/** Calls that count when the watcher is on. */
function callsIn(other: SourceFile, name: string, watcher: WatcherFunction): readonly Range[] {
  const known = writtenIn(other);
  let written = known.get(name);
  if (!written) known.set(name, (written = writtenCalls(other, name)));
  return written.filter(({ start }) => !isForWhenOff(other, start, watcher));
}

const writtenIn = rememberByFile(() => new Map<string, readonly Range[]>());

/** Calls inside function bodies: the name, then `(`, and not a member of something. */
function writtenCalls({ text, facts }: SourceFile, name: string): readonly Range[] {
  const { statements, directives } = facts;
  const found: Range[] = [];
  for (let at = 0; at < statements.length; at += 3) {
    const [body = 0, end = 0] = [statements[at + 1], statements[at + 2]];
    if (body >= end || !text.slice(body, end).includes(name)) continue;
    const tokens = lex(text, body, end);
    tokens.forEach((token, index) => {
      const before = tokens[index - 1]?.text ?? '';
      if (token.text !== name || tokens[index + 1]?.text !== '(' || before === '.' || before === '->') return;
      const { offset } = token;
      if (directives.some((one) => one.offset <= offset && offset < one.end)) return;
      found.push({ start: offset, end: offset + name.length });
    });
  }
  return found;
}

function fixesFor(
  context: CheckContext,
  other: SourceFile,
  range: Range,
  kind: 'called' | 'declared',
  name: string,
): readonly Fix[] {
  if (kind === 'declared') {
    const fact = context.functions(other.path).find(({ nameRange }) => nameRange.start === range.start);
    return fact && !isUsedAsValue(other, name)
      ? [
          {
            title: `Remove the declaration of ${name}()`,
            edits: [lineRemoval(other, fact.range)],
            isPreferred: true,
          },
        ]
      : [];
  }
  const statement = statementAt(other, range);
  if (!statement) return [];
  const { range: whole, isLabelled } = statement;
  return [
    {
      title: `Remove the call of ${name}()`,
      // A label wants a statement.
      edits: [isLabelled ? { file: other.path, range: whole, text: ';' } : lineRemoval(other, whole)],
      isPreferred: false,
    },
  ];
}

/** It is named where it is neither called nor declared: as a pointer. */
const isUsedAsValue = ({ text }: SourceFile, name: string): boolean =>
  lex(text).some((token, at, tokens) => token.text === name && tokens[at + 1]?.text !== '(');

/**
 * The call, with its `;`, where it is a statement by itself among others: it can go, and what stays is the notification
 * that calls the watcher. `isLabelled`: a label stands before it, and nothing behind.
 */
function statementAt(
  { text, facts }: SourceFile,
  { start }: Range,
): { readonly range: Range; readonly isLabelled: boolean } | undefined {
  const { statements, directives } = facts;
  const lineStart = text.lastIndexOf('\n', start) + 1;
  if (text.slice(lineStart, start).trim() !== '') return undefined;
  const at = statements.findIndex(
    (offset, index) => index % 3 === 1 && offset <= start && start < (statements[index + 1] ?? 0),
  );
  const tokens = lex(text, statements[at], statements[at + 1]).filter(
    ({ offset }) => !directives.some((one) => one.offset <= offset && offset < one.end),
  );
  const first = tokens.findIndex(({ offset }) => offset === start);
  let depth = 0;
  const end = tokens.findIndex(({ text: word }, index) => {
    if (index > first && word === '(') depth++;
    return index > first && word === ')' && --depth === 0;
  });
  const [before, semicolon, after] = [tokens[first - 1], tokens[end + 1], tokens[end + 2]];
  if (at < 0 || !before || end < 0 || semicolon?.text !== ';' || !/^[;{}:]$/.test(before.text))
    return undefined;
  const isBetween = (directive: { readonly kind: string; readonly offset: number }): boolean =>
    before.offset < directive.offset &&
    directive.offset < start &&
    /^(?:elif|else|endif)$/.test(directive.kind);
  if (directives.some(isBetween) || isInBrackets(tokens, first)) return undefined;
  // In `a ? b : c` it is no label.
  const statementStart = tokens.slice(0, first - 1).findLastIndex(({ text: word }) => /^[;{}]$/.test(word));
  if (before.text === ':' && tokens.slice(statementStart + 1, first).some(({ text: word }) => word === '?'))
    return undefined;
  return {
    range: { start, end: semicolon.offset + 1 },
    isLabelled: before.text === ':' && after?.text === '}',
  };
}

/** In the head of a `for`, or a statement expression. */
function isInBrackets(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  for (const { text } of tokens.slice(0, at))
    if (text === '(') depth++;
    else if (text === ')') depth--;
  return depth !== 0;
}
