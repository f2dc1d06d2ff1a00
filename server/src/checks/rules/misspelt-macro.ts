import { lex } from '../../syntax/c/lex';
import { rememberByFile } from '../../syntax/c/remember-by-file';
import type { SourceFile } from '../../syntax/c/unit';
import type { Range } from '../../syntax/positions';
import { mayInclude } from '../../watchers/may-include';
import type { CheckContext } from '../check-context';
import type { Problem, Rule } from '../rule';
import { nearest } from '../../syntax/nearest-name';

export const misspeltMacro: Rule = {
  name: 'misspelt-macro',
  severity: 'error',
  title: 'No macro has this name',
  finds:
    'A line has the shape of a registration, but names a macro that nothing defines and that is nearly one that is.',
  why: `A name that no macro has is left as it is. Old C takes such a line outside functions for a declaration, newer compilers
for an error that a file which is not built never gets; either way nothing is registered, and the function is never called.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_fnc(exit, sample_exit);
/* ^ misspelt-macro */
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(exit, sample_exit);
`,
  },
  find: (context) => {
    const { macros, candidates } = context.snapshot;
    const known = new Map<string, number>();
    for (const { name, parameters } of macros)
      if (parameters && parameters.length > 0) known.set(name, parameters.length);
    if (known.size === 0) return [];
    const likeKnown = shapesOf(known);
    return candidates.flatMap((path): readonly Problem[] => {
      const file = context.source(path);
      if (!file || !/\.[ch]$/.test(path)) return [];
      return bareCalls(file).flatMap((call): readonly Problem[] => {
        const alike = [...known].flatMap(([name, count]) => (count === call.arguments.length ? [name] : []));
        if (known.has(call.name) || alike.length === 0) return [];
        const meant = nearest(call.name, alike) ?? sameLetters(call.name, alike);
        const shape = likeKnown.find((one) => one.count === call.arguments.length && one.isLike(call.name));
        if (meant === undefined && !shape) return [];
        const given = new Set(call.arguments);
        const fact = context.functions(path).find(({ name, body }) => body !== undefined && given.has(name));
        if (!fact || !isDefinedNowhere(context, path, call.name)) return [];
        return [problem(file, call, fact.name, meant, shape?.names ?? [])];
      });
    });
  },
};

function problem(
  file: SourceFile,
  { name, range }: BareCall,
  registered: string,
  meant: string | undefined,
  others: readonly string[],
): Problem {
  const there = meant ?? others.join(', ');
  return {
    file: file.path,
    range,
    message: `nothing defines ${name}: ${registered}() is not registered; there ${meant === undefined && others.length > 1 ? 'are' : 'is'} ${there}`,
    fixes:
      meant === undefined
        ? []
        : [
            {
              title: `Change ${name} to ${meant}`,
              edits: [{ file: file.path, range, text: meant }],
              isPreferred: true,
            },
          ],
  };
}

interface BareCall {
  readonly name: string;
  /** Of the name. */
  readonly range: Range;
  readonly arguments: readonly string[];
}

/** Statements outside functions that are a name, names in brackets, and nothing else. */
const bareCalls = rememberByFile(({ text, facts: { statements } }: SourceFile): readonly BareCall[] => {
  const found: BareCall[] = [];
  for (let at = 0; at + 2 < statements.length; at += 3) {
    const [start = 0, body = 0, end = 0] = [statements[at], statements[at + 1], statements[at + 2]];
    if (body < end || end - start > 200 || !mayBeCall(text.slice(start, end))) continue;
    const tokens = lex(text, start, end);
    const [first, open, ...rest] = tokens.at(-1)?.text === ';' ? tokens.slice(0, -1) : tokens;
    if (first?.kind !== 'name' || open?.text !== '(' || rest.pop()?.text !== ')') continue;
    const isList = rest.every(({ kind, text: word }, index) =>
      index % 2 === 0 ? kind === 'name' : word === ',',
    );
    if (!isList || rest.length % 2 === 0) continue;
    found.push({
      name: first.text,
      range: { start: first.offset, end: first.offset + first.text.length },
      arguments: rest.filter((_, index) => index % 2 === 0).map(({ text: word }) => word),
    });
  }
  return found;
});

/** A first look without tokens: most declarations have a second word where a call has its bracket, or a comment. */
const mayBeCall = (statement: string): boolean =>
  /^[^\s(]+\s*[(/]/.test(statement) || statement.includes('\\');

/** `TaskWatcher_Func` is task_watcher_func. */
function sameLetters(written: string, known: readonly string[]): string | undefined {
  const letters = (name: string): string => name.toLowerCase().replaceAll('_', '');
  return known.find((name) => letters(name) === letters(written));
}

interface Shape {
  readonly count: number;
  readonly names: readonly string[];
  readonly isLike: (name: string) => boolean;
}

/** `DEFINE_TASK_…CALL`: where each event has a macro of its own, what all of them begin and end with. */
function shapesOf(known: ReadonlyMap<string, number>): readonly Shape[] {
  const groups = new Map<string, { readonly count: number; readonly names: string[] }>();
  for (const [name, count] of known) {
    const [, before, after] = /^(.+_)[A-Za-z]+?(CALL|call|_func)$/.exec(name) ?? [];
    if (before === undefined || after === undefined || before.length < 8) continue;
    const key = `${before} ${after} ${String(count)}`;
    const group = groups.get(key);
    if (group) group.names.push(name);
    else groups.set(key, { count, names: [name] });
  }
  return [...groups].flatMap(([key, { count, names }]) => {
    const [before = '', after = ''] = key.split(' ');
    const isLike = (name: string): boolean =>
      name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length;
    return names.length < 3 ? [] : [{ count, names, isLike }];
  });
}

/** Neither what the file may include nor any file that speaks of the family defines it, whatever the conditions. */
function isDefinedNowhere(context: CheckContext, path: string, name: string): boolean {
  const reach = mayInclude(context, path);
  if (reach.computed) return false;
  return [...new Set([...reach.files, ...context.snapshot.candidates])].every((other) => {
    const file = context.source(other);
    return (
      file?.text.includes(name) !== true ||
      !file.facts.directives.some((directive) => directive.kind === 'define' && directive.name === name)
    );
  });
}
