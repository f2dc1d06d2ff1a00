import { lex } from '../../syntax/c/lex';
import type { FunctionFact } from '../../syntax/c/tree/functions';
import type { SourceFile } from '../../syntax/c/unit';
import type { Prototype } from '../../watchers/family';
import { plainType, prototypeOf } from '../c-types';
import type { CheckContext } from '../check-context';
import { endsWithoutReturn, returnInsertion } from '../function-ends';
import type { Fix, Problem, Rule, TextEdit } from '../rule';
import { declarationsOf, watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const watcherSignature: Rule = {
  name: 'watcher-signature',
  severity: 'error',
  title: 'The watcher has another prototype',
  finds: 'A registered function’s parameters or return type differ from what the dispatcher calls.',
  why: `The table holds pointers to \`int fn(unsigned long val, struct task_struct *tsk)\`. A function of another type is called
all the same, since the compiler only warns where the pointer is made, and a cast silences it. A \`void\` function leaves
in the result register what was there: an INIT watcher of that kind makes fork fail by chance. An \`unsigned int\`
parameter loses the upper half of \`val\`.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static void sample_start(unsigned int flags, struct task_struct *tsk)
/*     ^ watcher-signature */
{
	if (flags & CLONE_VM)
		return;
	tsk->usage = 0;
}
task_watcher_func(init, sample_start);
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long flags, struct task_struct *tsk)
{
	if (flags & CLONE_VM)
		return 0;
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_start);
`,
  },
  find: (context) => {
    const prototype = prototypeOf(context);
    if (!prototype) return [];
    return watcherFunctions(context).flatMap((watcher) => mismatch(context, watcher, prototype));
  },
};

function mismatch(context: CheckContext, watcher: WatcherFunction, prototype: Prototype): readonly Problem[] {
  const { file, fact, entries } = watcher;
  const differs = differences(context, file, fact, prototype);
  const [first] = differs;
  if (!first) return [];
  const said = differs.map(({ message }) => message).join('; ');
  return [
    {
      file: file.path,
      range: first.range,
      message: `${fact.name}() is no ${prototype.typedef}: ${said}`,
      related: entries.map(({ place, range }) => ({ file: place.file, range, message: 'registered here' })),
      fixes: fixes(context, watcher, prototype),
    },
  ];
}

function differences(
  context: CheckContext,
  file: SourceFile,
  fact: FunctionFact,
  { returnType, parameters }: Prototype,
): readonly { readonly range: FunctionFact['range']; readonly message: string }[] {
  if (fact.macro !== undefined) return [];
  const found: { range: FunctionFact['range']; message: string }[] = [];
  if (returnsOther(context, file, fact.returnType, returnType))
    found.push({ range: fact.returnRange, message: `it returns ${fact.returnType}, not ${returnType}` });
  // Before C23, empty parentheses say nothing about parameters.
  const list = file.text.slice(fact.parametersRange.start, fact.parametersRange.end);
  if (/^\(\s*\)$/.test(list)) return found;
  if (fact.parameters.length !== parameters.length)
    found.push({
      range: fact.parametersRange,
      message: `it takes ${fact.parameters.length} ${fact.parameters.length === 1 ? 'parameter' : 'parameters'}, not ${parameters.length}`,
    });
  else
    parameters.forEach(({ type }, at) => {
      const own = fact.parameters[at];
      if (own && differ(own.type, type))
        found.push({ range: own.range, message: `its parameter ${at + 1} is ${own.type}, not ${type}` });
    });
  return found;
}

function returnsOther({ snapshot }: CheckContext, file: SourceFile, own: string, wanted: string): boolean {
  if (plainType(wanted) === 'int' && mayBeInt(file, own)) return false;
  // Of 32 bits it is an int.
  const isLong = own === 'ssize_t' && snapshot.config?.get('CONFIG_64BIT') === 'y';
  return differ(isLong ? 'long' : own, wanted);
}

/** To gcc an enumeration with a negative constant is an int. */
function mayBeInt({ text }: SourceFile, type: string): boolean {
  const name = /^enum\s+(\w+)$/.exec(type)?.[1];
  if (name === undefined) return false;
  const constants = new RegExp(`\\benum\\s+${name}\\s*\\{([^}]*)\\}`).exec(text)?.[1];
  return constants === undefined || constants.includes('-');
}

/** Only what can be compared differs. */
function differ(own: string, wanted: string): boolean {
  const [plain, other] = [plainType(own), plainType(wanted)];
  return plain !== undefined && other !== undefined && plain !== other;
}

function fixes(context: CheckContext, watcher: WatcherFunction, prototype: Prototype): readonly Fix[] {
  const { file, fact } = watcher;
  // With more parameters than it will be given, the body uses what it does not get.
  if (fact.parameters.length > prototype.parameters.length) return [];
  const edits: TextEdit[] = declarationsOf(context, watcher).flatMap((one) =>
    headEdits(context, file, one, prototype),
  );
  const body = fact.body;
  if (body && plainType(fact.returnType) === 'void' && plainType(prototype.returnType) === 'int') {
    const tokens = lex(file.text, body.start, body.end);
    tokens.forEach(({ text, offset }, at) => {
      if (text === 'return' && tokens[at + 1]?.text === ';')
        edits.push({ file: file.path, range: { start: offset + 6, end: offset + 6 }, text: ' 0' });
    });
    if (endsWithoutReturn(context, file.path, fact)) edits.push(returnInsertion(file, body));
  }
  return [{ title: `Make ${fact.name}() a ${prototype.typedef}`, edits, isPreferred: true }];
}

function headEdits(
  context: CheckContext,
  file: SourceFile,
  fact: FunctionFact,
  prototype: Prototype,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  if (returnsOther(context, file, fact.returnType, prototype.returnType))
    edits.push({ file: file.path, range: fact.returnRange, text: prototype.returnType });
  const matched = matchedParameters(fact, prototype);
  const isInPlace =
    matched.length === fact.parameters.length && matched.every((own, at) => own === fact.parameters[at]);
  if (!isInPlace) {
    const list = prototype.parameters.map((wanted, at) => {
      const own = matched[at];
      return own === undefined || differ(own.type, wanted.type)
        ? declared(wanted.type, own?.name ?? wanted.name)
        : file.text.slice(own.range.start, own.range.end);
    });
    edits.push({ file: file.path, range: fact.parametersRange, text: `(${list.join(', ')})` });
    return edits;
  }
  prototype.parameters.forEach(({ type, name }, at) => {
    const own = fact.parameters[at];
    if (own && differ(own.type, type))
      edits.push({ file: file.path, range: own.range, text: declared(type, own.name ?? name) });
  });
  return edits;
}

type Parameter = FunctionFact['parameters'][number];

/** Which of its own parameters is meant by each of the prototype's: by type, and else by place among its like. */
function matchedParameters(
  { parameters }: FunctionFact,
  prototype: Prototype,
): readonly (Parameter | undefined)[] {
  const left = new Set(parameters);
  const take = (own: Parameter | undefined): Parameter | undefined => {
    if (own) left.delete(own);
    return own;
  };
  const isPointer = (type: string): boolean => type.includes('*');
  const exact = prototype.parameters.map(({ type }) =>
    take([...left].find((own) => !differ(own.type, type))),
  );
  return prototype.parameters.map(
    ({ type }, at) => exact[at] ?? take([...left].find((own) => isPointer(own.type) === isPointer(type))),
  );
}

const declared = (type: string, name: string): string => `${type}${type.endsWith('*') ? '' : ' '}${name}`;
