import type { FlowGraph } from '../../syntax/c/flow/control-flow';
import type { CType } from './c-type';
import type { State } from './state';
import type { Value } from './value';

/** A function as it can be run: one graph for each way its `#if`s may go, in which no two variables share a name. */
export interface RunnableFunction {
  readonly name: string;
  readonly file: string;
  readonly parameters: readonly { readonly name: string | undefined; readonly type: string }[];
  readonly returnType: string;
  readonly graphs: readonly FlowGraph[];
  readonly text: string;
}

export interface Call {
  readonly name: string;
  readonly arguments: readonly Value[];
  /** As written, white space folded. */
  readonly texts: readonly string[];
  readonly file: string;
  /** 0-based UTF-16 offset. */
  readonly at: number;
}

export interface Answer {
  readonly value: Value;
  readonly state: State;
}

/** A number of the tree, in the type that C gives it. */
export interface Constant {
  readonly value: bigint;
  readonly type: CType;
}

/** What the running code finds outside itself. */
export interface Program {
  readonly wordBits: 32 | 64;
  /** A macro or enumerator of the tree that is a number, as `file` sees it. */
  readonly constant: (file: string, name: string) => Constant | undefined;
  /** What a macro does beside giving a value, as far as `file` and its includes tell; `undefined`: it is none. */
  readonly macro: (
    file: string,
    name: string,
  ) =>
    | {
        readonly leaves: boolean;
        readonly names: ReadonlySet<string>;
        readonly takesArguments: boolean;
        readonly writes: boolean;
      }
    | undefined;
  /** What `IS_ENABLED(CONFIG_X)` or `IS_BUILTIN(CONFIG_X)` is; `undefined`: no configuration. */
  readonly enabled: (symbol: string, test: 'IS_ENABLED' | 'IS_BUILTIN') => boolean | undefined;
  /** A function of the same file that may be run into. */
  readonly definition: (file: string, name: string) => RunnableFunction | undefined;
  /** An element of an array whose contents are known: the dispatcher's table. */
  readonly element: (array: string, index: bigint) => Value | undefined;
  /** A name that stands for a known value: a boundary symbol. */
  readonly global: (name: string) => Value | undefined;
  /** Calls that mean something here; `undefined`: an ordinary function. No answers: it never returns. */
  readonly answers: (call: Call, state: State) => readonly Answer[] | undefined;
  /** What more is true after a call that is not followed. */
  readonly unfollowed: (call: Call, state: State) => State;
  /** Calls through a pointer into the table. */
  readonly throughTable: (position: number, call: Call, state: State) => readonly Answer[];
  /** How often a loop is followed exactly, where tests in it stay open, before everything it changes is unknown. */
  readonly loopLimit: number;
}

/** What belongs to one activation of a function. */
export interface Frame {
  readonly program: Program;
  readonly function: RunnableFunction;
  /** By variable. */
  readonly types: ReadonlyMap<string, CType | undefined>;
  /** The types as they are declared. */
  readonly texts: ReadonlyMap<string, string>;
  /** Variables whose address is taken: they live in memory. */
  readonly exposed: ReadonlySet<string>;
  /** Its labels: a macro that is given one may jump there. */
  readonly labels: ReadonlySet<string>;
  /** Functions that are running, outermost first. */
  readonly running: readonly string[];
  /** Only these variables are followed; `undefined`: all. */
  readonly followed: ReadonlySet<string> | undefined;
  /** Shared with all functions that are run into. */
  readonly budget: Budget;
}

/** What one question may cost, counted in states, tests and calls, so that it ends alike on every machine. */
export interface Budget {
  left: number;
}

export const tooMany = 'too many ways to follow';
