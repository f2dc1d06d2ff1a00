import { expand, ExpansionTooLarge, parseMacro, type Macro } from '../syntax/c/expand';
import { lex } from '../syntax/c/lex';
import type { SourceFile } from '../syntax/c/unit';
import type { Decide } from '../syntax/c/tree/branch-choices';
import type { TextReader } from '../watchers/code-reader';
import { branchFollower, configDecides } from '../watchers/config-conditions';
import { finish, type Steps } from '../syntax/steps';
import { mayIncludeSteps } from '../watchers/may-include';
import { constantExpression, textOfConstant } from './constant-expression';
import { int, typeOfConstant } from './execute/c-type';
import type { Constant } from './execute/program';

/** What names mean in the tree's own sources. */
export interface Constants {
  /**
   * The number that a macro or an enumerator stands for in `file`. `undefined`: it is neither, it is no number, or the
   * headers that the file may include define it in more than one way.
   */
  readonly number: (file: string, name: string) => bigint | undefined;
  /** The same with its type, where the name can stand for it next to any operator: not `A | B` without brackets. */
  readonly operand: (file: string, name: string) => Constant | undefined;
  /** What a macro does beside giving a value; `undefined`: `name` is no macro there, as far as is known. */
  readonly macroEffects: (file: string, name: string) => MacroEffects | undefined;
  /** The number that an expression of constants is in `file`: `CLONE_VM|CLONE_FS`. */
  readonly evaluate: (file: string, text: string) => bigint | undefined;
  /** Macros with a name that begins with `prefix` and the value of a single bit, by value; of the header that has most. */
  readonly flags: (
    file: string,
    prefix: string,
  ) => readonly { readonly name: string; readonly value: bigint }[];
  /** Reads what `file` may include, which is most of what the first question about it costs. */
  readonly prepare: (file: string) => Steps<void>;
}

export interface MacroEffects {
  /** It has a `return`, `goto`, `break` or `continue`, itself or in a macro that it uses. */
  readonly leaves: boolean;
  /** Words that it brings along, which are not its parameters: a variable of the caller's may be among them. */
  readonly names: ReadonlySet<string>;
  readonly takesArguments: boolean;
  /** It may change variables that it is given or names. */
  readonly writes: boolean;
}

interface Definition {
  readonly parameters: readonly string[] | undefined;
  readonly body: string;
}

type Definitions = ReadonlyMap<string, readonly Definition[]>;

const noDefinitions: Definitions = new Map();

/** They hang on the text they are of, so that another snapshot reads again only what changed. */
const definitionsOfFile = new WeakMap<
  SourceFile,
  { readonly config: TextReader['snapshot']['config']; readonly definitions: Definitions }
>();

/** Reads nothing before it is asked; keeps what it found as long as it lives. */
export function constantsOf(reader: TextReader, wordBits: 32 | 64): Constants {
  const decide = configDecides(reader.snapshot.config);
  const closures = new Map<string, ReadonlySet<string>>();
  /** The files that define a name, of all that were looked at. */
  const definers = new Map<string, string[]>();
  const numbers = new Map<string, Constant | undefined>();
  const effects = new Map<string, MacroEffects | undefined>();
  const flagsFound = new Map<string, ReturnType<Constants['flags']>>();

  const { config } = reader.snapshot;
  const definitionsIn = (path: string): Definitions => {
    const file = reader.source(path);
    if (!file) return noDefinitions;
    let found = definitionsOfFile.get(file);
    if (!found || found.config !== config) {
      found = { config, definitions: activeDefinitions(file, decide) };
      definitionsOfFile.set(file, found);
    }
    return found.definitions;
  };
  const indexed = new Set<string>();
  const addToIndex = (path: string): void => {
    indexed.add(path);
    for (const name of definitionsIn(path).keys()) {
      const others = definers.get(name);
      if (others) others.push(path);
      else definers.set(name, [path]);
    }
  };
  const readFilesOf = function* (path: string): Steps<ReadonlySet<string>> {
    const known = closures.get(path);
    if (known) return known;
    const { files } = yield* mayIncludeSteps(reader, path);
    for (const file of files) {
      if (indexed.has(file)) continue;
      addToIndex(file);
      yield;
    }
    closures.set(path, files);
    return files;
  };
  const filesOf = (path: string): ReadonlySet<string> => finish(readFilesOf(path));
  /** All definitions of a name in what `file` may include. */
  const definitionsFor = (file: string, name: string): readonly Definition[] => {
    const files = filesOf(file);
    return (definers.get(name) ?? []).flatMap((path) =>
      files.has(path) ? (definitionsIn(path).get(name) ?? []) : [],
    );
  };
  const definitions = new Map<string, Definition | 'several' | undefined>();
  /** `several`: defined in ways that differ. */
  const definitionOf = (file: string, name: string): Definition | 'several' | undefined => {
    const key = `${file} ${name}`;
    if (!definitions.has(key)) definitions.set(key, lookForDefinition(file, name));
    return definitions.get(key);
  };
  const lookForDefinition = (file: string, name: string): Definition | 'several' | undefined => {
    let found: Definition | undefined;
    for (const definition of definitionsFor(file, name)) {
      if (found && !isSame(found, definition)) return 'several';
      found = definition;
    }
    return found;
  };
  const enumeratorOf = (file: string, name: string): Constant | undefined => {
    // Enumerators of constants are written in capitals; looking for every other name would read every header.
    if (!/^[A-Z_]*[A-Z][A-Z0-9_]*$/.test(name)) return undefined;
    const values = new Set<bigint | undefined>();
    for (const path of filesOf(file)) {
      const source = reader.source(path);
      if (source?.text.includes(name))
        for (const value of enumerators(source, name, (text) => evaluated(file, text)?.value))
          values.add(value);
    }
    const [only] = values;
    if (values.size !== 1 || only === undefined) return undefined;
    // As GCC has it: an int where that holds it, else what holds all of the enum.
    const type = only < 0n ? int : typeOfConstant(only, '', false, wordBits);
    return type && { value: only, type };
  };
  /** Names that are being looked up: a macro may stand for itself (`#define FOO FOO`). */
  const running = new Set<string>();
  const constant = (file: string, name: string): Constant | undefined => {
    const key = `${file} ${name}`;
    if (numbers.has(key)) return numbers.get(key);
    if (running.has(name)) return undefined;
    running.add(name);
    const definition = definitionOf(file, name);
    const value =
      definition === 'several' || definition?.parameters
        ? undefined
        : definition && definition.body !== name
          ? evaluated(file, definition.body)
          : enumeratorOf(file, name);
    running.delete(name);
    numbers.set(key, value);
    return value;
  };
  /** A number, a name of one, a call or an expression in brackets, with nothing but signs in front. */
  const isOperand = (file: string, name: string, within: readonly string[] = []): boolean => {
    const definition = definitionOf(file, name);
    if (definition === undefined) return true;
    if (definition === 'several' || within.includes(name)) return false;
    const [, word, rest = ''] = /^[\s~!+-]*(\w*)\s*([^]*)$/.exec(definition.body.trim()) ?? [];
    if (word === undefined || (rest !== '' && !isOneBracket(rest))) return false;
    return /^[A-Za-z_]/.test(word) ? isOperand(file, word, [...within, name]) : word === '' || rest === '';
  };
  const evaluated = (file: string, text: string): Constant | undefined => {
    const lookup = (name: string): Macro | undefined => {
      const definition = definitionOf(file, name);
      if (definition === 'several') return undefined;
      if (definition?.parameters) return parseMacro(name, definition.parameters, definition.body);
      // As in C, what stands around it may come first.
      if (definition && !isOperand(file, name)) return parseMacro(name, undefined, definition.body);
      const value = constant(file, name);
      return value && parseMacro(name, undefined, textOfConstant(value, wordBits));
    };
    try {
      return constantExpression(expand(lex(text), { lookup }), wordBits);
    } catch (error) {
      if (error instanceof ExpansionTooLarge) return undefined;
      throw error;
    }
  };

  const effectsOf = (file: string, name: string): MacroEffects | undefined => {
    const found = definitionOf(file, name);
    const all = found === 'several' ? definitionsFor(file, name) : found ? [found] : [];
    if (all.length === 0) return undefined;
    const names = new Set<string>();
    let leaves = false;
    let writes = false;
    // Every macro in it is looked at once, however deep.
    const open = all.map((one) => one);
    const seen = new Set([name]);
    for (let one = open.pop(); one; one = open.pop()) {
      writes ||= mayWrite(one.body);
      leaves ||= mayLeave(one.body);
      for (const word of one.body.match(/\b[A-Za-z_]\w*/g) ?? []) {
        if (seen.has(word) || one.parameters?.includes(word) === true) continue;
        seen.add(word);
        names.add(word);
        const inner = definitionOf(file, word);
        open.push(...(inner === 'several' ? definitionsFor(file, word) : inner ? [inner] : []));
      }
    }
    return {
      ...{ leaves, names, writes },
      takesArguments: all.some(({ parameters }) => parameters !== undefined),
    };
  };

  return {
    number: (file, name) => constant(file, name)?.value,
    operand: (file, name) => (isOperand(file, name) ? constant(file, name) : undefined),
    macroEffects(file, name) {
      const key = `${file} ${name}`;
      if (!effects.has(key)) effects.set(key, effectsOf(file, name));
      return effects.get(key);
    },
    evaluate: (file, text) => evaluated(file, text)?.value,
    *prepare(file) {
      yield* readFilesOf(file);
    },
    flags(file, prefix) {
      const key = `${file} ${prefix}`;
      const flags = flagsFound.get(key) ?? lookForFlags(file, prefix);
      flagsFound.set(key, flags);
      return flags;
    },
  };

  function lookForFlags(file: string, prefix: string): ReturnType<Constants['flags']> {
    const namesIn = (path: string): readonly string[] =>
      [...definitionsIn(path).keys()].filter((name) => name.startsWith(prefix));
    let home: readonly string[] = [];
    for (const path of filesOf(file)) {
      const names = namesIn(path);
      if (names.length > home.length) home = names;
    }
    return home
      .flatMap((name) => {
        const value = constant(file, name)?.value;
        const isOneBit = value !== undefined && value > 0n && (value & (value - 1n)) === 0n;
        return isOneBit ? [{ name, value }] : [];
      })
      .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  }
}

/**
 * A macro's body assigns, counts up or down, takes an address, has assembler code, or makes names. `x & 7` and `x & y`
 * take none; `(x) & y` might.
 */
const mayWrite = (body: string): boolean =>
  /(?<![=!<>])=(?!=)|<<=|>>=|\+\+|--|##|\b_*asm\b|\b_*asm_*\b/.test(body) ||
  /(?<![&\w\]]\s*)&(?![&=]|\s*\d)|\breturn\s*&/.test(body);

/** `(…)` and nothing after it. */
function isOneBracket(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
    if (depth === 0) return at > 0 && at === text.length - 1;
  }
  return false;
}

/** A `break` after a loop or `switch` in the same body is taken to be its own. */
const mayLeave = (body: string): boolean =>
  /\b(?:return|goto)\b/.test(body) ||
  /\b(?:break|continue)\b/.test(/^[^]*?(?=\b(?:do|for|while|switch)\b|$)/.exec(body)?.[0] ?? '');

const isSame = (one: Definition, other: Definition): boolean =>
  folded(one.body) === folded(other.body) && one.parameters?.join() === other.parameters?.join();

const folded = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Macros of a file, without those in branches that the configuration leaves out. */
function activeDefinitions(file: SourceFile, decide: Decide): Definitions {
  const found = new Map<string, Definition[]>();
  const branches = branchFollower(decide);
  for (const directive of file.facts.directives) {
    branches.pass(directive);
    if (directive.kind !== 'define' || !branches.mayBeBuilt()) continue;
    const { name, parameters, body } = directive;
    const known = found.get(name);
    if (known) known.push({ parameters, body });
    else found.set(name, [{ parameters, body }]);
  }
  return found;
}

/** Values of the enumerator `name` in every `enum` of a file that has it. */
function* enumerators(
  { text, facts }: SourceFile,
  name: string,
  valueOf: (text: string) => bigint | undefined,
): Generator<bigint | undefined> {
  const { statements, directives } = facts;
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, body = 0, end = 0] = [statements[at], statements[at + 1], statements[at + 2]];
    if (body >= end || !/\benum\b/.test(text.slice(start, body)) || !text.slice(body, end).includes(name))
      continue;
    if (directives.some(({ kind, offset }) => kind === 'if' && body <= offset && offset < end)) {
      // Which enumerators come before, an `#if` decides.
      yield undefined;
      continue;
    }
    const tokens = lex(text, body, end).filter(
      ({ offset }) => !directives.some((one) => one.offset <= offset && offset < one.end),
    );
    let next: bigint | undefined = 0n;
    for (let index = 1; index < tokens.length && tokens[index]?.text !== '}'; index++) {
      const token = tokens[index];
      if (token?.kind !== 'name' || !/^[{,]$/.test(tokens[index - 1]?.text ?? '')) continue;
      if (tokens[index + 1]?.text === '=') {
        let last = index + 2;
        for (let depth = 0; last < tokens.length; last++) {
          const one = tokens[last]?.text ?? '';
          if (depth === 0 && /^[,}]$/.test(one)) break;
          depth += one === '(' ? 1 : one === ')' ? -1 : 0;
        }
        next = valueOf(text.slice(tokens[index + 2]?.offset, tokens[last]?.offset));
      }
      if (token.text === name) yield next;
      next = next === undefined ? undefined : next + 1n;
    }
  }
}
