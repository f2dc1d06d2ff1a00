import { controlFlow } from '../syntax/c/flow/control-flow';
import { withOwnNames } from '../syntax/c/flow/own-names';
import type { FunctionBody } from '../syntax/c/function-body';
import type { FunctionFact } from '../syntax/c/tree/functions';
import type { CodeReader } from '../watchers/code-reader';
import { configDecides, mayBeBuilt } from '../watchers/config-conditions';
import { constantsOf, type Constants } from './constants';
import type { Program, RunnableFunction } from './execute/program';

/** The tree's functions, ready to be run. */
export interface TreeCode {
  readonly reader: CodeReader;
  readonly constants: Constants;
  /** Definitions of `name` in a file that the configuration does not rule out; several where `#if`s stay open. */
  readonly definitions: (file: string, name: string) => readonly RunnableFunction[];
  readonly runnable: (file: string, fact: FunctionFact) => RunnableFunction;
  /** What the code of one file finds outside itself, where no table is walked. */
  readonly program: Program;
}

/** They hang on the bodies they are of, so that another snapshot has them again. */
const runnables = new WeakMap<readonly FunctionBody[], RunnableFunction>();

const kept = new WeakMap<CodeReader, TreeCode>();

/** Made once for each reader: what was parsed and looked up stays. */
export function treeCode(reader: CodeReader): TreeCode {
  let code = kept.get(reader);
  if (!code) kept.set(reader, (code = makeTreeCode(reader)));
  return code;
}

function makeTreeCode(reader: CodeReader): TreeCode {
  const { config, plan } = reader.snapshot;
  const decide = configDecides(config);
  const wordBits = config && !config.has('CONFIG_64BIT') && narrowArchitectures.has(plan.arch) ? 32 : 64;
  const constants = constantsOf(reader, wordBits);
  const found = new Map<string, readonly RunnableFunction[]>();

  const runnable = (file: string, fact: FunctionFact): RunnableFunction => {
    const bodies = reader.builtBodies(file, fact);
    let made = runnables.get(bodies);
    if (!made) {
      const { name, parameters, returnType } = fact;
      const text = reader.source(file)?.text ?? '';
      const given = new Set(parameters.flatMap((parameter) => parameter.name ?? []));
      const graphs = bodies.map((body) => controlFlow(withOwnNames(body, given)));
      made = { name, file, parameters, returnType, graphs, text };
      runnables.set(bodies, made);
    }
    return made;
  };
  const definitions = (file: string, name: string): readonly RunnableFunction[] => {
    const key = `${file} ${name}`;
    let made = found.get(key);
    if (!made) {
      const source = reader.source(file);
      made = source
        ? reader
            .functions(file)
            .filter(
              (fact) =>
                fact.name === name &&
                fact.body !== undefined &&
                mayBeBuilt(source.facts.directives, fact.range.start, decide),
            )
            .map((fact) => runnable(file, fact))
        : [];
      found.set(key, made);
    }
    return made;
  };
  /** One that a call of `name` in `file` surely runs. */
  const definition = (file: string, name: string): RunnableFunction | undefined => {
    const [only, other] = definitions(file, name);
    if (!only || other) return undefined;
    const fact = reader.functions(file).find((one) => one.name === name && one.body !== undefined);
    const isWeak = fact?.annotations.some((annotation) => annotation.name.includes('weak'));
    return isWeak === true ? undefined : only;
  };
  const program: Program = {
    wordBits,
    constant: constants.operand,
    macro: constants.macroEffects,
    enabled: (symbol, test) => decide(`${test}(${symbol})`),
    definition,
    element: () => undefined,
    global: () => undefined,
    answers: () => undefined,
    unfollowed: (_, state) => state,
    throughTable: () => [],
    loopLimit: 2,
  };
  return { reader, constants, definitions, runnable, program };
}

const narrowArchitectures = new Set(['i386', 'x86', 'arm', 'mips', 'powerpc', 'ppc', 'm68k', 'riscv', 'arc']);
