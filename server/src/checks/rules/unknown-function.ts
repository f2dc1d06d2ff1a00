import { lex } from '../../syntax/c/lex';
import { isNamed } from '../../syntax/c/section-entry';
import type { SourceFile } from '../../syntax/c/unit';
import type { TableEntry } from '../../link/entry';
import { branchFollower, configDecides } from '../../watchers/config-conditions';
import type { Snapshot } from '../../watchers/snapshot';
import type { CheckContext } from '../check-context';
import { writtenEntries } from '../entries';
import { mayInclude } from '../../watchers/may-include';
import { rememberByFile } from '../../syntax/c/remember-by-file';
import type { Problem, Rule } from '../rule';
import { nearest } from '../../syntax/nearest-name';
import { wordIn } from '../texts';

export const unknownFunction: Rule = {
  name: 'unknown-function',
  severity: 'error',
  title: 'No such function here',
  finds: 'A registration names a function that its translation unit neither defines nor declares.',
  why: `The registration defines a pointer to the function, so the function must be declared in front of it. The compiler says
so too, but only where the registration is compiled: in a branch or a file that this configuration leaves out, it says
nothing until somebody turns that on.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_strat);
/*                      ^ unknown-function */
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_start);
`,
  },
  find: (context) => writtenEntries(context.snapshot).flatMap((entry) => unknown(context, entry)),
};

function unknown(context: CheckContext, entry: TableEntry): readonly Problem[] {
  const file = context.source(entry.place.file);
  // What a header registers may be defined by whoever includes it; a .c file that another includes is part of that unit.
  if (!file?.path.endsWith('.c') || !isNamed(entry.function)) return [];
  // Code that nobody compiles names what is gone.
  if (entry.allGuards.includes('0')) return [];
  const unit = entry.object?.replace(/\.o$/, '.c') ?? file.path;
  if (unit !== file.path && !context.source(unit)) return [];
  if (context.snapshot.notes.some(({ isUnread }) => isUnread === true)) return [];
  // Where a macro makes the name, the same macro may make the function.
  if (entry.macro !== undefined && !entry.arguments.includes(entry.function)) return [];
  // What is linked may be defined in a branch that this configuration leaves out.
  const names = namesInHeads(context, file, entry.status === 'linked');
  if (names.has(entry.function) || mayBePasted(entry.function, names)) return [];
  const reach = mayInclude(context, unit);
  if (reach.computed) return [];
  for (const path of reach.files)
    if (path !== file.path && context.source(path)?.text.includes(entry.function) === true) return [];
  const seen = [file.path, ...reach.files];
  if (entry.macro !== undefined && mayDefine(context, seen, entry.macro, new Set())) return [];
  const range = wordIn(file, entry.range, entry.function);
  const meant = nearest(
    entry.function,
    context.functions(file.path).map(({ name }) => name),
  );
  return [
    {
      file: file.path,
      range,
      message: `${entry.function}() is neither defined nor declared in ${file.path} or what it includes`,
      fixes:
        meant === undefined
          ? []
          : [
              {
                title: `Change ${entry.function} to ${meant}`,
                edits: [{ file: file.path, range, text: meant }],
                isPreferred: true,
              },
            ],
    },
  ];
}

/** The macro, or one that it is made of, holds a body: it may define the function that it registers. */
function mayDefine(
  context: CheckContext,
  files: readonly string[],
  macro: string,
  seen: Set<string>,
): boolean {
  if (seen.has(macro)) return false;
  seen.add(macro);
  return files.some((path) =>
    (context.source(path)?.facts.directives ?? []).some(
      (directive) =>
        directive.kind === 'define' &&
        directive.name === macro &&
        (directive.body.includes('{') ||
          lex(directive.body).some(
            ({ kind, text }) => kind === 'name' && mayDefine(context, files, text, seen),
          )),
    ),
  );
}

/** Every name outside function bodies and outside registrations, where a function could be defined or declared. */
function namesInHeads({ snapshot }: CheckContext, file: SourceFile, isBuilt: boolean): ReadonlySet<string> {
  const registered = [
    ...snapshot.tables.flatMap(({ entries }) => entries),
    ...snapshot.unknownEvents,
    ...snapshot.unseenMacros,
  ]
    .filter(({ place }) => place.file === file.path)
    .map(({ range }) => range);
  const names = new Set<string>();
  const isLeftOut = isBuilt ? leftOut(snapshot, file) : () => false;
  for (const { name, offset } of headNames(file))
    if (!isLeftOut(offset) && !registered.some((range) => range.start <= offset && offset < range.end))
      names.add(name);
  for (const name of definedWords(file)) names.add(name);
  return names;
}

/** Places that the configuration surely does not compile. */
function leftOut({ config }: Snapshot, { facts }: SourceFile): (offset: number) => boolean {
  const branches = branchFollower(configDecides(config));
  let next = 0;
  let passed = 0;
  return (offset) => {
    // Names are asked for in order.
    if (offset < passed) return false;
    passed = offset;
    for (; (facts.directives[next]?.offset ?? Infinity) < offset; next++) {
      const directive = facts.directives[next];
      if (directive) branches.pass(directive);
    }
    return !branches.mayBeBuilt();
  };
}

const headNames = rememberByFile((file) => {
  const found: { readonly name: string; readonly offset: number }[] = [];
  const { statements } = file.facts;
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, body = 0] = [statements[at], statements[at + 1]];
    for (const { kind, text, offset } of lex(file.text, start, body))
      if (kind === 'name') found.push({ name: text, offset });
  }
  return found;
});

const definedWords = rememberByFile((file) => {
  const found = new Set<string>();
  for (const directive of file.facts.directives)
    if (directive.kind === 'define')
      for (const { kind, text } of lex(directive.body)) if (kind === 'name') found.add(text);
  return found;
});

/** `DEFINE_WATCHER(sample)` may define sample_watch(): a part of the name that stands alone somewhere. */
const mayBePasted = (name: string, names: ReadonlySet<string>): boolean =>
  [...names].some(
    (part) => part.length > 3 && part !== name && (name.startsWith(`${part}_`) || name.endsWith(`_${part}`)),
  );
