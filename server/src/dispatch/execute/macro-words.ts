import { writtenName } from '../../syntax/c/flow/own-names';
import type { Expression } from '../../syntax/c/function-body';
import type { Frame, Program } from './program';
import type { State } from './state';
import type { Value } from './value';

/** What the macro `name` does where the function of the frame stands; `undefined`: it is none of that kind. */
export function macroOf(frame: Frame, name: string, takesArguments: boolean): ReturnType<Program['macro']> {
  const macro = frame.program.macro(frame.function.file, name);
  return macro?.takesArguments === takesArguments ? macro : undefined;
}

/** A macro without arguments that is no number may leave the function, or use variables of it. */
export function afterWord(frame: Frame, name: string, at: number, given: State): State {
  const macro = macroOf(frame, name, false);
  if (!macro) return given;
  const named = valuesNamed(given, macro.names);
  const call = { name, arguments: named, texts: [], file: frame.function.file, at };
  const state = frame.program.unfollowed(call, given);
  const known = macro.writes ? without(state, macro.names) : state;
  return macro.leaves ? { ...known, doubt: `${name} may leave from here` } : known;
}

/** What the variables hold whose names a macro brings along. */
export const valuesNamed = (state: State, names: ReadonlySet<string>): readonly Value[] =>
  [...state.locals].flatMap(([name, value]) => (names.has(writtenName(name)) ? [value] : []));

/** What is written may have another name by way of a macro: `ERR = x`, `FIELD(p) = x`. */
export function throughMacro(frame: Frame, target: Expression, state: State): State {
  const word = target.kind === 'call' ? target.callee : target;
  if (word.kind !== 'identifier' || frame.types.has(word.name)) return state;
  const macro = frame.program.macro(frame.function.file, word.name);
  if (!macro) return state;
  return target.kind === 'call' ? { ...state, locals: new Map() } : without(state, macro.names);
}

function without(state: State, names: ReadonlySet<string>): State {
  const locals = [...state.locals].filter(([local]) => !names.has(writtenName(local)));
  return locals.length === state.locals.size ? state : { ...state, locals: new Map(locals) };
}

export const leavingWords = /\b(?:return|goto|break|continue)\b/;

/** Variables that an argument assigns or counts, as it is written. */
export const writtenIn = (text: string): readonly string[] =>
  [...text.matchAll(/(\w+)\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)|(?:\+\+|--)\s*(\w+)/g)].flatMap(
    ([, before, after]) => before ?? after ?? [],
  );
