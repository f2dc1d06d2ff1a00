import type { Frame, Program } from './program';
import type { State } from './state';

/** What the macro `name` does where the function of the frame stands; `undefined`: it is none of that kind. */
export function macroOf(frame: Frame, name: string, takesArguments: boolean): ReturnType<Program['macro']> {
  const macro = frame.program.macro(frame.function.file, name);
  return macro?.takesArguments === takesArguments ? macro : undefined;
}

/** A macro without arguments that is no number may leave the function, or use variables of it. */
export function afterWord(frame: Frame, name: string, state: State): State {
  const macro = macroOf(frame, name, false);
  if (!macro) return state;
  const locals = [...state.locals].filter(([local]) => !macro.names.has(local));
  if (!macro.leaves && locals.length === state.locals.size) return state;
  const doubt = macro.leaves ? `${name} may leave from here` : state.doubt;
  return { ...state, locals: new Map(locals), doubt };
}
