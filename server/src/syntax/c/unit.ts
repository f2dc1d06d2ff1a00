import type { ConditionScope } from './condition';
import { evaluateRemembered } from './remembered-condition';
import { expand, ExpansionTooLarge, parseMacro, type Macro } from './expand';
import { guardText } from './guard-text';
import { lex, tokensText, type Token } from './lex';
import { lineAt } from '../positions';
import { anyOutside, setBit, type Bits, type Relevance } from './relevance';
import type { CFileFacts, Directive } from './scan';
import type { IneffectiveUse, SectionEntry, UnitEntries } from './section-entry';
import { pointersAndDeclarations, type FunctionField } from './section-text';

/** One translation unit, as the compiler is told to see it. */
export interface UnitInput {
  /** Relative to the root. */
  readonly source: string;
  /** `-I`, in order. */
  readonly includePaths: readonly string[];
  /** `-include`, in order. */
  readonly forcedIncludes: readonly string[];
  /** `-D` and `-U`, in order; `undefined` text: undefined. */
  readonly defines: readonly { readonly name: string; readonly text: string | undefined }[];
  /** What the compiler defines by itself, and what the configuration does ({@link configMacros}). */
  readonly predefined: ReadonlyMap<string, string>;
  /** No configuration: nothing is known about CONFIG_ names, both branches of their conditions are visited. */
  readonly undecided: boolean;
}

/** The files of the tree, as far as a unit needs them. Facts and text belong together. */
export interface UnitFiles {
  source(path: string): SourceFile | undefined;
  exists(path: string): boolean;
  /** Where else a header may come from (generated wrappers); `generated`: made by the build, taken as empty. */
  fallback(spec: string): { readonly path: string } | 'generated' | undefined;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly facts: CFileFacts;
  readonly lineStarts: readonly number[];
}

/** What is looked for. */
export interface Wanted {
  readonly sectionMatches: (section: string) => boolean;
  /** Macros that lead to such a section, directly or not. */
  readonly names: ReadonlySet<string>;
  /** Finds each of those names (and hand-written sections) in text; global. */
  readonly pattern: RegExp;
  /** Macros whose invisible use is worth a word: those that a person registers with. */
  readonly registering: ReadonlySet<string>;
  readonly field?: FunctionField;
}

/** Which files below an include can matter, in this unit's include paths; absent: all are followed. */
export type { Relevance } from './relevance';

/** Nested deeper, an include is a mistake (GCC: 200). */
const deepestInclude = 200;

type Active = 'yes' | 'no' | 'maybe';

type ConditionDirective = Directive & { readonly kind: 'if' | 'elif' };

interface Guard {
  readonly condition: string;
  readonly negated: boolean;
}

interface Branching {
  readonly outer: Active;
  /** Some earlier branch was surely taken. */
  taken: boolean;
  active: Active;
  /** Conditions of the branches before, for the guard of an #else. */
  readonly earlier: string[];
  /** Length of the guards before this #if. */
  readonly guardsBefore: number;
  /** The include guard of the file: no condition that a person wrote. */
  readonly isIncludeGuard: boolean;
  readonly line: number;
}

/**
 * Preprocesses one unit as far as tables need it: every directive of every file it includes, in order, but of the text
 * only the top-level statements that hold a wanted name.
 */
export function unitEntries(
  unit: UnitInput,
  files: UnitFiles,
  wanted: Wanted,
  relevance?: Relevance,
): UnitEntries {
  const walk = walkUnit(unit, files, wanted, relevance);
  return (walk.escaped ? walkUnit(unit, files, wanted, undefined) : walk).result();
}

function walkUnit(
  unit: UnitInput,
  files: UnitFiles,
  wanted: Wanted,
  relevance: Relevance | undefined,
): UnitWalk {
  const walk = new UnitWalk(unit, files, wanted, relevance);
  for (const forced of unit.forcedIncludes) {
    const found = walk.resolve(forced, 'quote', '');
    if (found !== undefined) walk.file(found, 0);
  }
  walk.file(unit.source, 0);
  return walk;
}

/** Interesting statements of a file: found once for a set of wanted names. */
interface InterestingStatement {
  readonly start: number;
  readonly end: number;
}

const guardMacro: Macro = parseMacro('', undefined, '');
const macroCache = new WeakMap<Directive, Macro>();
const interestingCache = new WeakMap<RegExp, WeakMap<CFileFacts, readonly InterestingStatement[]>>();

/** The statements that hold a wanted name outside directives. */
export function interestingStatements(file: SourceFile, pattern: RegExp): readonly InterestingStatement[] {
  let ofPattern = interestingCache.get(pattern);
  if (!ofPattern) interestingCache.set(pattern, (ofPattern = new WeakMap()));
  const known = ofPattern.get(file.facts);
  if (known) return known;
  const found: InterestingStatement[] = [];
  const { statements, directives } = file.facts;
  let directive = 0;
  let statement = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(file.text); match; match = pattern.exec(file.text)) {
    const at = match.index;
    while ((directives[directive]?.end ?? Infinity) <= at) directive++;
    if ((directives[directive]?.offset ?? Infinity) <= at) continue;
    while ((statements[statement + 2] ?? Infinity) <= at) statement += 3;
    const start = statements[statement];
    const body = statements[statement + 1];
    const end = statements[statement + 2];
    if (start === undefined || body === undefined || end === undefined) break;
    // What a function's body says registers nothing.
    if (start > at || body <= at) continue;
    const last = found.at(-1);
    if (last?.start !== start) found.push({ start, end });
    else if (last.end < end) found[found.length - 1] = { start, end };
  }
  ofPattern.set(file.facts, found);
  return found;
}

class UnitWalk {
  private readonly macros = new Map<string, Macro | undefined>();
  private readonly base: ReadonlyMap<string, Macro>;
  /** Names defined where it is not known whether the definition is seen. */
  private readonly maybeDefined = new Set<string>();
  private readonly entries: SectionEntry[] = [];
  /** The place of each entry's first declaration, and of those that are declared, not yet defined. */
  private readonly ranks: number[] = [];
  private readonly declared = new Map<string, number>();
  private declarations = 0;
  private readonly ineffective: IneffectiveUse[] = [];
  private readonly assumptions: UnitEntries['assumptions'][number][] = [];
  private readonly visited = new Set<string>();
  private readonly done = new Set<string>();
  private readonly resolved: Map<string, string | undefined>;
  private readonly byDirective: WeakMap<Directive, string | undefined>;
  private readonly guards: Guard[] = [];
  private active: Active = 'yes';
  private counter = 0;
  /** Guarded files that matter and were seen. */
  private readonly seen: Bits;
  private current: SourceFile | undefined;
  private line = 1;
  /** Something came up that the relevance does not cover. */
  escaped = false;

  private readonly scope: ConditionScope = {
    lookup: (name) => this.lookup(name),
    isDefined: (name) => {
      if (this.isUnknownName(name)) return undefined;
      if (this.unit.undecided && this.maybeDefined.has(name)) return undefined;
      return (
        this.lookup(name) !== undefined || this.builtin(name, false) !== undefined || alwaysDefined.has(name)
      );
    },
    isUnknown: (name) => this.isUnknownName(name),
    hasInclude: (spec) => {
      const form = spec.startsWith('<') ? 'angle' : 'quote';
      return this.resolve(spec.slice(1, -1), form, this.current?.path ?? '') !== undefined;
    },
    builtin: (name) => this.builtin(name, true),
    pasted: (name) => {
      if (this.relevance?.escapes(name) === true) this.escaped = true;
    },
  };

  constructor(
    private readonly unit: UnitInput,
    private readonly files: UnitFiles,
    private readonly wanted: Wanted,
    private readonly relevance: Relevance | undefined,
  ) {
    this.seen = new Uint32Array(relevance?.size ?? 0);
    ({ bySpec: this.resolved, byDirective: this.byDirective } = resolutions(files, unit.includePaths));
    this.base = predefinedMacros(unit.predefined);
    for (const { name, text } of unit.defines)
      if (text === undefined) this.macros.set(name, undefined);
      else this.macros.set(name, parseMacro(name, undefined, text));
  }

  result(): UnitEntries {
    const entries =
      this.declared.size === 0
        ? this.entries
        : this.entries.map((entry, at) => ({ ...entry, declared: this.ranks[at] ?? at }));
    return {
      entries,
      ineffective: this.ineffective,
      files: [...this.visited],
      assumptions: this.assumptions,
    };
  }

  private guardTexts(): readonly string[] {
    return this.guards.map(({ condition, negated }) => guardText(condition, negated));
  }

  private lookup(name: string): Macro | undefined {
    return this.macros.has(name) ? this.macros.get(name) : this.base.get(name);
  }

  private isUnknownName(name: string): boolean {
    return this.unit.undecided && name.startsWith('CONFIG_') && !this.macros.has(name);
  }

  private builtin(name: string, count: boolean): string | undefined {
    switch (name) {
      case '__LINE__':
        return String(this.line);
      case '__FILE__':
      case '__BASE_FILE__':
        return `"${this.current?.path ?? ''}"`;
      case '__COUNTER__':
        return String(count ? this.counter++ : this.counter);
      case '__INCLUDE_LEVEL__':
        return '0';
      default:
        return undefined;
    }
  }

  resolve(spec: string, form: 'quote' | 'angle', from: string, nextAfter?: string): string | undefined {
    const folder = form === 'quote' ? from.slice(0, from.lastIndexOf('/') + 1) : '';
    const key = `${folder}|${form}|${spec}|${nextAfter ?? ''}`;
    if (this.resolved.has(key)) return this.resolved.get(key);
    const found = this.search(spec, form, folder, nextAfter);
    this.resolved.set(key, found);
    return found;
  }

  /** A directive stands in one file, so what it means depends on the include paths alone. */
  private resolveDirective(
    directive: Directive & { readonly kind: 'include' },
    form: 'quote' | 'angle',
    from: string,
  ): string | undefined {
    const known = this.byDirective.get(directive);
    if (known !== undefined || this.byDirective.has(directive)) return known;
    const found = this.resolve(directive.text, form, from, directive.next ? from : undefined);
    this.byDirective.set(directive, found);
    return found;
  }

  private search(
    spec: string,
    form: 'quote' | 'angle',
    folder: string,
    nextAfter: string | undefined,
  ): string | undefined {
    const candidates: string[] = [];
    if (form === 'quote' && nextAfter === undefined) candidates.push(normalise(folder + spec));
    for (const path of this.unit.includePaths) candidates.push(normalise(`${path}/${spec}`));
    const after = nextAfter === undefined ? -1 : candidates.indexOf(nextAfter);
    return candidates.slice(after + 1).find((path) => path !== '' && this.files.exists(path));
  }

  private include(
    directive: Directive & { readonly kind: 'include' },
    file: SourceFile,
    depth: number,
  ): void {
    let { form, text } = directive;
    if (form === 'computed') {
      this.line = directive.line;
      const expanded = tokensText(expand(lex(text, 0, text.length, -1), this.scope)).trim();
      const quoted = /^"([^"]*)"/.exec(expanded)?.[1];
      const angled = /^<\s*([^>]*?)\s*>/.exec(expanded)?.[1];
      if (quoted === undefined && angled === undefined) return;
      form = quoted === undefined ? 'angle' : 'quote';
      text = quoted ?? (angled ?? '').replace(/\s+/g, '');
    }
    const found =
      directive.form === 'computed'
        ? this.resolve(text, form, file.path)
        : this.resolveDirective(directive, form, file.path);
    if (found !== undefined) {
      this.file(found, depth + 1);
      return;
    }
    const fallback = this.files.fallback(text);
    if (fallback === 'generated') return;
    if (fallback !== undefined) this.file(fallback.path, depth + 1);
    else if (this.active === 'yes')
      this.assumptions.push({
        message: `${text} was not found: taken as empty`,
        file: file.path,
        line: directive.line,
      });
  }

  file(path: string, depth: number): void {
    if (depth > deepestInclude || this.done.has(path)) return;
    if (this.relevance && depth > 0) {
      if (!this.relevance.covers(path)) this.escaped = true;
      const below = this.relevance.below(path);
      if (below === undefined || !anyOutside(below, this.seen)) return;
    }
    const file = this.files.source(path);
    if (!file) return;
    const { facts } = file;
    if (facts.guard !== undefined) {
      if (facts.guard !== '' && this.lookup(facts.guard) !== undefined) return;
      if (this.active === 'yes') {
        if (facts.guard === '') this.done.add(path);
      }
    }
    this.visited.add(path);
    const outerFile = this.current;
    const outerActive = this.active;
    const outerGuards = this.guards.length;
    this.current = file;
    const statements = interestingStatements(file, this.wanted.pattern);
    if (statements.length > 0 || facts.directives.length > 0) this.walk(file, statements, depth);
    this.current = outerFile;
    this.active = outerActive;
    this.guards.length = outerGuards;
    const bit = facts.guard === undefined ? undefined : this.relevance?.bitOf(path);
    if (bit !== undefined && this.relevance?.reopened.has(facts.guard ?? '') !== true) setBit(this.seen, bit);
  }

  private walk(file: SourceFile, statements: readonly InterestingStatement[], depth: number): void {
    const branchings: Branching[] = [];
    let next = 0;
    let pieces: { readonly start: number; readonly end: number }[] = [];
    let from = 0;
    const textUpTo = (offset: number): void => {
      for (
        let statement = statements[next];
        statement && statement.start < offset;
        statement = statements[next]
      ) {
        const start = Math.max(statement.start, from);
        const end = Math.min(statement.end, offset);
        if (start < end) {
          if (this.active === 'no') this.compiledOut(file, start, end);
          else pieces.push({ start, end });
        }
        if (statement.end > offset) return;
        if (pieces.length > 0) this.statement(file, pieces);
        pieces = [];
        next++;
      }
    };
    for (const [index, directive] of file.facts.directives.entries()) {
      if (next < statements.length) textUpTo(directive.offset);
      from = directive.end;
      const isBranch =
        directive.kind !== 'define' && directive.kind !== 'include' && directive.kind !== 'undef';
      if (!isBranch && this.active === 'no') continue;
      this.directive(directive, file, branchings, index === 0 && (file.facts.guard ?? '') !== '', depth);
    }
    if (next < statements.length) textUpTo(file.text.length);
    const unclosed = branchings.at(-1);
    if (unclosed && branchings[0]?.outer === 'yes')
      this.unbalanced(file, unclosed.line, 'no #endif for this condition');
  }

  private unbalanced(file: SourceFile, line: number, message: string): void {
    this.assumptions.push({ message, file: file.path, line, isError: true });
  }

  private directive(
    directive: Directive,
    file: SourceFile,
    branchings: Branching[],
    isIncludeGuard: boolean,
    depth: number,
  ): void {
    switch (directive.kind) {
      case 'include':
        if (this.active !== 'no') this.include(directive, file, depth);
        return;
      case 'define':
        if (this.active !== 'no' && (this.relevance?.names.has(directive.name) ?? true))
          this.define(directive);
        else if (directive.name === file.facts.guard) this.macros.set(directive.name, guardMacro);
        return;
      case 'undef':
        if (this.active === 'yes') this.macros.set(directive.name, undefined);
        return;
      case 'if': {
        const branching: Branching = {
          outer: this.active,
          taken: false,
          active: 'no',
          earlier: [],
          guardsBefore: this.guards.length,
          isIncludeGuard,
          line: directive.line,
        };
        branchings.push(branching);
        this.enter(branching, directive, directive.line);
        return;
      }
      case 'elif': {
        const branching = branchings.at(-1);
        if (branching) this.enter(branching, directive, directive.line);
        return;
      }
      case 'else': {
        const branching = branchings.at(-1);
        if (branching) this.enter(branching, undefined, directive.line);
        return;
      }
      case 'endif': {
        const branching = branchings.pop();
        if (!branching) {
          if (this.active === 'yes') this.unbalanced(file, directive.line, '#endif without #if');
          return;
        }
        this.active = branching.outer;
        this.guards.length = branching.guardsBefore;
      }
    }
  }

  /** Into the next branch of an #if; `undefined` condition: #else. */
  private enter(branching: Branching, directive: ConditionDirective | undefined, line: number): void {
    const condition = directive?.text;
    this.guards.length = branching.guardsBefore;
    if (!branching.isIncludeGuard) {
      for (const earlier of branching.earlier) this.guards.push({ condition: earlier, negated: true });
      if (condition !== undefined) this.guards.push({ condition, negated: false });
    }
    if (condition !== undefined) branching.earlier.push(condition);
    if (branching.outer === 'no' || branching.taken) {
      this.active = 'no';
      return;
    }
    this.line = line;
    const value = directive === undefined ? 1n : this.evaluate(directive);
    if (value === 0n) this.active = 'no';
    else if (value === undefined) this.active = 'maybe';
    else {
      branching.taken = true;
      const maybeBefore = branching.active === 'maybe';
      this.active = branching.outer === 'maybe' || maybeBefore ? 'maybe' : 'yes';
      return;
    }
    if (this.active === 'maybe') branching.active = 'maybe';
  }

  private evaluate({ text: condition, simple }: ConditionDirective): bigint | undefined {
    // Most conditions ask whether one name is defined: that needs no expansion.
    if (simple !== undefined) {
      const known = this.scope.isDefined(simple.name);
      return known === undefined ? undefined : known === simple.negated ? 0n : 1n;
    }
    try {
      const value = evaluateRemembered(condition, this.scope);
      // With a configuration, what cannot be parsed is an #if that the compiler would refuse: false, as an error is.
      return value === undefined && !this.unit.undecided ? 0n : value;
    } catch (error) {
      if (error instanceof ExpansionTooLarge) return this.unit.undecided ? undefined : 0n;
      throw error;
    }
  }

  private define(directive: Directive & { readonly kind: 'define' }): void {
    let macro = macroCache.get(directive);
    if (!macro) {
      macro = parseMacro(directive.name, directive.parameters, directive.body);
      macroCache.set(directive, macro);
    }
    if (this.active === 'maybe') {
      // Of two branches that may both be seen, the one that says more stands: a stub must not hide what it stands for.
      const other = this.macros.get(directive.name);
      const stub =
        other !== undefined && this.maybeDefined.has(directive.name) && other.body.length > macro.body.length;
      this.maybeDefined.add(directive.name);
      if (stub) return;
    } else this.maybeDefined.delete(directive.name);
    this.macros.set(directive.name, macro);
  }

  private compiledOut(file: SourceFile, start: number, end: number): void {
    for (const use of this.registeringUses(file, [{ start, end }]))
      this.ineffective.push({ reason: 'compiled-out', ...use, guards: this.guardTexts() });
  }

  private statement(
    file: SourceFile,
    pieces: readonly { readonly start: number; readonly end: number }[],
  ): void {
    const tokens = pieces.flatMap(({ start, end }) => lex(file.text, start, end));
    const first = tokens.find(({ text }) => this.wanted.names.has(text)) ?? tokens[0];
    this.line = lineAt(file.lineStarts, first?.offset ?? 0);
    let expanded;
    try {
      expanded = expand(tokens, this.scope);
    } catch (error) {
      if (!(error instanceof ExpansionTooLarge)) throw error;
      this.assumptions.push({
        message: 'a macro here expands without end: left out',
        file: file.path,
        line: this.line,
      });
      return;
    }
    for (const pointer of pointersAndDeclarations(expanded, this.wanted.field)) {
      if (pointer.section === undefined) {
        if (!this.declared.has(pointer.variable)) this.declared.set(pointer.variable, this.declarations++);
        continue;
      }
      if (!this.wanted.sectionMatches(pointer.section)) continue;
      this.ranks.push(this.declared.get(pointer.variable.replace(/\[\d+\]$/, '')) ?? this.declarations++);
      const { origin, ...rest } = pointer;
      this.entries.push({ ...rest, ...this.useAt(file, tokens, origin), guards: this.guardTexts() });
    }
    for (const use of this.registeringUses(file, pieces))
      if (this.lookup(use.macro) === undefined)
        this.ineffective.push({ reason: 'not-visible', ...use, guards: this.guardTexts() });
  }

  /** Registering macros called in statement position. */
  private registeringUses(
    file: SourceFile,
    pieces: readonly { readonly start: number; readonly end: number }[],
  ): readonly Pick<IneffectiveUse, 'macro' | 'place' | 'range' | 'arguments'>[] {
    const tokens = pieces.flatMap(({ start, end }) => lex(file.text, start, end));
    return tokens.flatMap((token, at) => {
      const before = tokens[at - 1];
      const stands =
        before === undefined || before.text === ';' || before.text === '}' || before.text === ')';
      if (!stands || !this.wanted.registering.has(token.text) || tokens[at + 1]?.text !== '(') return [];
      const use = this.useAt(file, tokens, token.offset);
      return [{ macro: token.text, place: use.place, range: use.range, arguments: use.arguments }];
    });
  }

  private useAt(
    file: SourceFile,
    tokens: readonly Token[],
    origin: number,
  ): Pick<SectionEntry, 'place' | 'range' | 'macro' | 'arguments'> {
    const at = tokens.findIndex(({ offset }) => offset === origin);
    const token = tokens[at];
    const place = { file: file.path, line: lineAt(file.lineStarts, Math.max(origin, 0)) };
    if (token === undefined) return { place, range: { start: 0, end: 0 }, macro: undefined, arguments: [] };
    const macro =
      this.lookup(token.text) === undefined && !this.wanted.names.has(token.text) ? undefined : token.text;
    const call = tokens[at + 1]?.text === '(' ? callArguments(file.text, tokens, at + 1) : undefined;
    const start = macro === undefined ? (tokens[0]?.offset ?? origin) : origin;
    const end =
      call !== undefined && macro !== undefined
        ? call.end
        : (tokens.at(-1)?.offset ?? origin) + (tokens.at(-1)?.text.length ?? 0);
    return {
      place: { ...place, line: lineAt(file.lineStarts, start) },
      range: { start, end },
      macro,
      arguments: macro === undefined ? [] : (call?.arguments ?? []),
    };
  }
}

const alwaysDefined = new Set(['__has_include', '__has_attribute', '__has_builtin', '__LINE__', '__FILE__']);

const baseCache = new WeakMap<ReadonlyMap<string, string>, ReadonlyMap<string, Macro>>();

/** The same few thousand definitions serve every unit. */
function predefinedMacros(texts: ReadonlyMap<string, string>): ReadonlyMap<string, Macro> {
  const known = baseCache.get(texts);
  if (known) return known;
  const macros = new Map([...texts].map(([name, text]) => [name, parseMacro(name, undefined, text)]));
  baseCache.set(texts, macros);
  return macros;
}

/** Include lookups, shared by the units of one view of the tree that have the same include paths. */
interface Resolutions {
  readonly bySpec: Map<string, string | undefined>;
  readonly byDirective: WeakMap<Directive, string | undefined>;
}

const resolvedCache = new WeakMap<UnitFiles, Map<string, Resolutions>>();

function resolutions(files: UnitFiles, includePaths: readonly string[]): Resolutions {
  const ofFiles = resolvedCache.get(files) ?? new Map<string, Resolutions>();
  resolvedCache.set(files, ofFiles);
  const key = includePaths.join(':');
  const found = ofFiles.get(key) ?? { bySpec: new Map(), byDirective: new WeakMap() };
  ofFiles.set(key, found);
  return found;
}

function callArguments(
  text: string,
  tokens: readonly Token[],
  open: number,
): { readonly arguments: readonly string[]; readonly end: number } | undefined {
  const found: string[] = [];
  let depth = 0;
  let from = (tokens[open]?.offset ?? 0) + 1;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== 'punctuator') continue;
    if (token.text === '(') depth++;
    const ends = token.text === ')' && --depth === 0;
    if (ends || (token.text === ',' && depth === 1)) {
      found.push(text.slice(from, token.offset).trim());
      from = token.offset + 1;
    }
    if (ends) return { arguments: found, end: token.offset + 1 };
  }
  return undefined;
}

/** `a/../b` to `b`; what leaves the root becomes empty. */
export function normalise(path: string): string {
  if (!path.includes('./') && !path.includes('//') && !path.endsWith('.')) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.length === 0) return '';
      parts.pop();
    } else parts.push(part);
  }
  return parts.join('/');
}
