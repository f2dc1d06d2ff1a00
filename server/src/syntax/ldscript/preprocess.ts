import { evaluateCondition, type ConditionScope } from '../c/condition';
import { expand, parseMacro, type Macro } from '../c/expand';
import { lex, type Token } from '../c/lex';
import { scanC, type CFileFacts, type Directive } from '../c/scan';
import { lineAt, lineStarts, type Place } from '../positions';
import type { LinePlaces } from './scanner';

/** What a linker script's preprocessing needs to know, as Kbuild's `cmd_cpp_lds_S` gives it to the preprocessor. */
export interface ScriptSources {
  /** A file's text, path relative to the root; `undefined`: no such file. */
  read(path: string): string | undefined;
  /** `-I`, in order, relative to the root. */
  readonly includePaths: readonly string[];
  /** `-include`, in order, relative to the root: `include/linux/kconfig.h`. */
  readonly forcedIncludes: readonly string[];
  /**
   * `-D` and `-U` in order, the compiler's own macros first. `__ASSEMBLY__`, `__ASSEMBLER__`
   * and `LINKER_SCRIPT` need not be in it.
   */
  readonly defines: readonly { readonly name: string; readonly text: string | undefined }[];
  /** What `CONFIG_X` is defined as (`1`, `64`, `"text"`), `undefined`: not defined. Absent: no configuration. */
  readonly config?: ((name: string) => string | undefined) | undefined;
  /** `asm/x.h` of trees where `include/asm` is a link made by the build: `include/asm-i386`. */
  readonly asmDirectory?: string | undefined;
}

export interface PreprocessedScript {
  readonly text: string;
  /** Where a line of {@link text} (1-based) was written: for what a macro made, the line in its definition. */
  readonly places: LinePlaces;
  /** Every file read, for cache keys. */
  readonly files: readonly string[];
  readonly assumptions: readonly { readonly message: string; readonly file: string; readonly line: number }[];
}

/** A file, however often it is included. */
interface ReadText {
  readonly text: string;
  readonly facts: CFileFacts;
  readonly place: (offset: number) => Place;
}

interface State {
  readonly sources: ScriptSources;
  /** `undefined`: there is no such file. */
  readonly texts: Map<string, ReadText | undefined>;
  readonly macros: Map<string, Macro | undefined>;
  readonly scope: ConditionScope;
  readonly files: Set<string>;
  readonly once: Set<string>;
  readonly out: { readonly text: string; readonly place: Place }[];
  readonly assumptions: { readonly message: string; readonly file: string; readonly line: number }[];
  /** Includes nest too deep: no compiler would go on. */
  isEndless: boolean;
}

const deepestInclude = 200;

/** Runs the C preprocessor over `path` (`arch/x86/kernel/vmlinux.lds.S`). Never throws. */
export function preprocessScript(path: string, sources: ScriptSources): PreprocessedScript {
  const macros = new Map<string, Macro | undefined>();
  const define = (name: string, text: string): unknown => macros.set(name, parseMacro(name, undefined, text));
  const configured = (name: string): Macro | undefined => {
    const text = name.startsWith('CONFIG_') ? sources.config?.(name) : undefined;
    return text === undefined ? undefined : parseMacro(name, undefined, text);
  };
  const lookup = (name: string): Macro | undefined =>
    macros.has(name) ? macros.get(name) : configured(name);
  const isUnknown = (name: string): boolean =>
    sources.config === undefined && name.startsWith('CONFIG_') && !macros.has(name);
  const state: State = {
    sources,
    texts: new Map(),
    macros,
    scope: {
      lookup,
      isUnknown,
      isDefined: (name) => (isUnknown(name) ? undefined : lookup(name) !== undefined),
    },
    files: new Set(),
    once: new Set(),
    out: [],
    assumptions: [],
    isEndless: false,
  };
  for (const name of ['__KERNEL__', '__ASSEMBLY__', '__ASSEMBLER__', 'LINKER_SCRIPT']) define(name, '1');
  for (const { name, text } of sources.defines) {
    if (text === undefined) macros.set(name, undefined);
    else define(name, text);
  }
  for (const forced of sources.forcedIncludes) preprocessFile(forced, state, 0);
  if (readText(path, state) === undefined)
    state.assumptions.push({ message: 'the linker script cannot be read', file: path, line: 1 });
  preprocessFile(path, state, 0);
  const places = state.out.map(({ place }) => place);
  return {
    text: state.out.map(({ text }) => text).join('\n'),
    places: (line) => places[line - 1],
    files: [...state.files],
    assumptions: state.assumptions,
  };
}

/** An open `#if`: whether its present branch counts, and whether a branch of it has been taken. */
interface Branch {
  active: boolean;
  taken: boolean;
}

function readText(file: string, state: State): ReadText | undefined {
  if (state.texts.has(file)) return state.texts.get(file);
  const text = state.sources.read(file);
  const read = text === undefined ? undefined : { text, facts: scanC(text), place: placesIn(file, text) };
  state.texts.set(file, read);
  return read;
}

/** Where offsets stand; those on one line, asked for one after the other, share their place. */
function placesIn(file: string, text: string): (offset: number) => Place {
  const starts = lineStarts(text);
  let last: Place = { file, line: 1 };
  return (offset) => {
    const line = lineAt(starts, offset);
    if (line !== last.line) last = { file, line };
    return last;
  };
}

function preprocessFile(file: string, state: State, depth: number): void {
  const read = readText(file, state);
  if (read === undefined || state.once.has(file)) return;
  state.files.add(file);
  const { text, facts, place } = read;
  const { directives, guard } = facts;
  if (guard === '') state.once.add(file);
  const branches: Branch[] = [];
  const isActive = (): boolean => branches.every(({ active }) => active);
  let from = 0;
  for (const directive of directives) {
    if (isActive()) emit(text, from, directive.offset, place, state);
    const { end } = directive;
    conditional(directive, branches, isActive, file, state);
    if (isActive()) {
      if (directive.kind === 'define')
        state.macros.set(directive.name, placedMacro(directive, text, end, place));
      else if (directive.kind === 'undef') state.macros.set(directive.name, undefined);
      else if (directive.kind === 'include') include(directive, file, state, depth);
    }
    from = end;
  }
  if (isActive()) emit(text, from, text.length, place, state);
}

function conditional(
  directive: Directive,
  branches: Branch[],
  isActive: () => boolean,
  file: string,
  state: State,
): void {
  const test = (tested: Directive & { readonly kind: 'if' | 'elif' }): boolean => {
    const value = valueOf(tested, state.scope);
    if (value === undefined) {
      const message = `#if ${tested.text} is not known, taken as true`;
      state.assumptions.push({ message, file, line: tested.line });
    }
    return value !== false;
  };
  const last = branches.at(-1);
  if (directive.kind === 'if') {
    const active = isActive() && test(directive);
    branches.push({ active, taken: active });
  } else if (directive.kind === 'endif') branches.pop();
  else if (last && (directive.kind === 'else' || directive.kind === 'elif')) {
    const taken = last.taken;
    last.active = false;
    const outer = branches.slice(0, -1).every(({ active }) => active);
    if (taken || !outer) return;
    last.active = directive.kind !== 'elif' || test(directive);
    last.taken = last.active;
  }
}

/** `undefined`: not known. */
function valueOf(
  { text, simple }: Directive & { readonly kind: 'if' | 'elif' },
  scope: ConditionScope,
): boolean | undefined {
  if (simple) {
    const isDefined = scope.isDefined(simple.name);
    return isDefined === undefined ? undefined : isDefined !== simple.negated;
  }
  try {
    const value = evaluateCondition(text, scope);
    return value === undefined ? undefined : value !== 0n;
  } catch {
    return undefined;
  }
}

/** The macro with a body whose tokens know their lines; few of the macros in headers are ever expanded. */
function placedMacro(
  directive: Directive & { readonly kind: 'define' },
  text: string,
  end: number,
  place: (offset: number) => Place,
): Macro {
  const { name, parameters, variadic } = parseMacro(directive.name, directive.parameters, '');
  let body: readonly Token[] | undefined;
  return {
    name,
    parameters,
    variadic,
    get body() {
      return (body ??= placedBody(directive, text, end, place));
    },
  };
}

function placedBody(
  directive: Directive & { readonly kind: 'define' },
  text: string,
  end: number,
  place: (offset: number) => Place,
): readonly Token[] {
  const tokens = lex(text, directive.offset, end);
  // `#`, `define`, the name, then the parameters in their parentheses.
  const from =
    directive.parameters === undefined
      ? 3
      : tokens.findIndex(({ text: one }, at) => at > 2 && one === ')') + 1;
  return tokens.slice(from).map((token) => withPlace(token, place(token.offset)));
}

const withPlace = ({ kind, text, spaced, offset }: Token, written: Place): Token => ({
  kind,
  text,
  spaced,
  offset,
  written,
});

function include(
  directive: Directive & { readonly kind: 'include' },
  file: string,
  state: State,
  depth: number,
): void {
  let { text, form } = directive;
  if (form === 'computed') {
    const expanded = expand(lex(text), state.scope)
      .map(({ text: one }) => one)
      .join('');
    form = expanded.startsWith('"') ? 'quote' : 'angle';
    text = expanded.slice(1, -1);
  }
  if (state.isEndless) return;
  const found = findInclude(text, form, file, state);
  const { line } = directive;
  if (found === undefined) {
    // Whatever of these matters to a script is in the configuration already.
    if (!text.startsWith('generated/'))
      state.assumptions.push({ message: `${text} is not found, its macros are not known`, file, line });
  } else if (depth < deepestInclude) preprocessFile(found, state, depth + 1);
  else {
    // Files that include themselves twice would else be read 2 to the power of 200 times.
    state.isEndless = true;
    const message = `includes nest more than ${String(deepestInclude)} deep: the compiler stops here`;
    state.assumptions.push({ message, file, line });
  }
}

function findInclude(name: string, form: 'quote' | 'angle', from: string, state: State): string | undefined {
  const { sources } = state;
  const beside = from.replace(/[^/]*$/, '');
  const inAsm =
    name.startsWith('asm/') && sources.asmDirectory !== undefined
      ? [`${sources.asmDirectory}/${name.slice(4)}`]
      : [];
  // Kbuild writes a wrapper around asm-generic/x.h where an architecture has no asm/x.h of its own (generic-y).
  const generic = name.startsWith('asm/')
    ? ['include/asm-generic', 'include/uapi/asm-generic'].map((path) => `${path}/${name.slice(4)}`)
    : [];
  const candidates = [
    ...(form === 'quote' ? [`${beside}${name}`] : []),
    ...sources.includePaths.map((path) => `${path}/${name}`),
    ...inAsm,
    ...generic,
  ];
  return candidates.map(normal).find((path) => path !== undefined && readText(path, state) !== undefined);
}

/** Without `.` and `..`; `undefined` where it leads out of the tree. */
function normal(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Expands the text between two directives; a new line wherever tokens were written on another. */
function emit(text: string, from: number, to: number, place: (offset: number) => Place, state: State): void {
  const tokens = lex(text, from, to);
  if (tokens.length === 0) return;
  let expanded: readonly Token[];
  try {
    expanded = expand(
      tokens.map((token) => withPlace(token, place(token.offset))),
      state.scope,
    );
  } catch {
    const { file, line } = place(from);
    state.assumptions.push({ message: 'macros expand without end here', file, line });
    expanded = tokens;
  }
  let line = '';
  let current: Place | undefined;
  const flush = (): void => {
    if (current && line !== '') state.out.push({ text: line, place: current });
    line = '';
  };
  for (const token of expanded) {
    const written = token.written ?? current ?? place(from);
    // A name in one piece (`.initcall##level##.init`) stays in one, wherever its pieces were written.
    const breaks = token.spaced || line === '';
    if (breaks && (current?.line !== written.line || current.file !== written.file)) {
      flush();
      current = written;
    }
    line += (token.spaced && line !== '' ? ' ' : '') + token.text;
  }
  flush();
}
