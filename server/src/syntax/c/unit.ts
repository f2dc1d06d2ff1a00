import type { ConditionScope } from './condition';
import { evaluateRemembered } from './remembered-condition';
import { Definitions } from './definitions';
import { expand, ExpansionTooLarge, type Macro } from './expand';
import { guardText } from './guard-text';
import {
  includeView,
  type BranchStep,
  type FileNode,
  type FileSteps,
  type Guard,
  type IncludeView,
  type Step,
} from './include-view';
import { assemblerStatements, isAssembler } from './interesting-statements';
import { lex, tokensText } from './lex';
import type { UnitEntries } from './section-entry';
import type { SourceFile, UnitFiles, UnitInput, Wanted } from './unit-input';
import { UnitStatements, type Piece } from './unit-statements';
import { WalkedFiles } from './walked-files';

export { normalise } from './include-path';
export { interestingStatements } from './interesting-statements';
export type { SourceFile, UnitFiles, UnitInput, Wanted } from './unit-input';

/** Nested deeper, an include is a mistake (GCC: 200). */
const deepestInclude = 200;

type Active = 'yes' | 'no' | 'maybe';

interface Branching {
  readonly outer: Active;
  /** Some earlier branch was surely taken. */
  taken: boolean;
  active: Active;
  /** Conditions of the branches before, for the guard of an #else. */
  readonly earlier: Guard[];
  /** Length of the guards before this #if. */
  readonly guardsBefore: number;
  /** The include guard of the file: no condition that a person wrote. */
  readonly isIncludeGuard: boolean;
  readonly line: number;
}

/**
 * Preprocesses one unit as far as tables need it: every directive of every file it includes, in order, but of the text
 * only the top-level statements that hold a wanted name. `view`: of the same files and include paths, where several
 * units share one.
 */
export function unitEntries(
  unit: UnitInput,
  files: UnitFiles,
  wanted: Wanted,
  view: IncludeView = includeView(unit.includePaths, files, wanted, undefined),
): UnitEntries {
  return walkUnit(unit, files, wanted, view).result();
}

/** What is defined at the end of a unit; of macros that cannot change what is wanted, not all. */
export function macrosAfter(
  unit: UnitInput,
  files: UnitFiles,
  wanted: Wanted,
  view: IncludeView,
): ReadonlyMap<string, Macro> {
  return walkUnit(unit, files, wanted, view).definitions();
}

function walkUnit(unit: UnitInput, files: UnitFiles, wanted: Wanted, view: IncludeView): UnitWalk {
  const walk = new UnitWalk(unit, files, wanted, view);
  for (const text of unit.forcedIncludes) {
    const found = view.resolve({ text, form: 'quote', from: '', next: false });
    if (found !== undefined) walk.file(view.node(found), 0, false);
  }
  walk.file(view.node(unit.source), 0, false);
  return walk.escaped ? walkUnit(unit, files, wanted, view.whole()) : walk;
}

class UnitWalk {
  private readonly defined: Definitions;
  private readonly told: UnitStatements;
  private readonly isAssembler: boolean;
  private readonly visited = new Set<string>();
  /** Files that cannot say anything new any more: read once for all, or with all that matters below them seen. */
  private readonly done = new Set<FileNode>();
  private readonly guards: Guard[] = [];
  private active: Active = 'yes';
  private counter = 0;
  private readonly walked: WalkedFiles;
  private current: SourceFile | undefined;
  private line = 1;
  /** Includes nest too deep: no compiler would go on. */
  private isEndless = false;
  /** Something came up that the view does not cover. */
  escaped = false;

  private readonly scope: ConditionScope = {
    lookup: (name) => this.defined.lookup(name),
    isDefined: (name) => this.isDefined(name),
    isUnknown: (name) => this.defined.isUnknown(name),
    hasInclude: (spec) => {
      const form = spec.startsWith('<') ? 'angle' : 'quote';
      const from = this.current?.path ?? '';
      return this.view.resolve({ text: spec.slice(1, -1), form, from, next: false }) !== undefined;
    },
    builtin: (name) => this.builtin(name, true),
    pasted: (name) => {
      if (this.view.relevance?.escapes(name) === true) this.escaped = true;
    },
  };

  constructor(
    private readonly unit: UnitInput,
    private readonly files: UnitFiles,
    private readonly wanted: Wanted,
    private readonly view: IncludeView,
  ) {
    this.walked = new WalkedFiles(view.relevance);
    this.defined = new Definitions(unit);
    this.isAssembler = isAssembler(unit.source);
    this.told = new UnitStatements(unit, wanted, this.scope, {
      guards: () => this.guardTexts(),
      textOf: (path) => files.source(path)?.text,
      enter: (line) => {
        this.line = line;
      },
    });
  }

  definitions(): ReadonlyMap<string, Macro> {
    return this.defined.macros;
  }

  result(): UnitEntries {
    return {
      entries: this.told.inOrder(),
      ineffective: this.told.ineffective,
      files: [...this.visited],
      assumptions: this.told.assumptions,
    };
  }

  private guardTexts(): readonly string[] {
    return this.guards.map(({ condition, negated }) => guardText(condition, negated));
  }

  private isDefined(name: string): boolean | undefined {
    if (this.defined.isDoubtful(name)) return undefined;
    return (
      this.defined.lookup(name) !== undefined ||
      (name.startsWith('__') && (this.builtin(name, false) !== undefined || alwaysDefined.has(name)))
    );
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

  private computedInclude(step: Step & { readonly kind: 'computed' }, file: SourceFile, depth: number): void {
    this.line = step.line;
    const expanded = tokensText(expand(lex(step.text, 0, step.text.length, -1), this.scope)).trim();
    const quoted = /^"([^"]*)"/.exec(expanded)?.[1];
    const angled = /^<\s*([^>]*?)\s*>/.exec(expanded)?.[1];
    const text = quoted ?? angled?.replace(/\s+/g, '');
    if (text === undefined) return;
    const form = quoted === undefined ? 'angle' : 'quote';
    const found =
      this.view.resolve({ text, form, from: file.path, next: false }) ?? this.files.fallback(text);
    if (found === 'generated') return;
    if (found === undefined) this.missing(text, file, step.line);
    else this.file(this.view.node(typeof found === 'string' ? found : found.path), depth + 1, false);
  }

  private missing(text: string, file: SourceFile, line: number): void {
    if (this.active === 'yes')
      this.told.assumptions.push({ message: `${text} was not found: taken as empty`, file: file.path, line });
  }

  /** `isForeseen`: that this file is included here was known when it was decided what matters. */
  file(node: FileNode, depth: number, isForeseen: boolean): void {
    if (this.isEndless || this.done.has(node)) return;
    if (depth > deepestInclude) {
      // Files that include themselves twice would else be read 2 to the power of 200 times.
      this.isEndless = true;
      const message = `includes nest more than ${String(deepestInclude)} deep: the compiler stops here`;
      this.told.assumptions.push({ message, file: this.current?.path ?? node.path, line: 1, isError: true });
      return;
    }
    if (depth > 0 && node.below !== 'all') {
      if (!node.isCovered) this.escaped = true;
      if (node.below === undefined) return;
      if (this.walked.allSeen(node.below)) {
        // What was seen stays seen.
        this.done.add(node);
        return;
      }
      if (
        isForeseen &&
        this.walked.allIdle(node.below, this.active === 'yes' ? this.defined.version : undefined)
      )
        return;
    }
    const made = this.view.steps(node);
    if (!made) return;
    const { file, guard } = made;
    if (guard !== undefined) {
      if (guard !== '' && this.defined.lookup(guard) !== undefined) return;
      if (this.active === 'yes' && guard === '') this.done.add(node);
    }
    this.visited.add(node.path);
    const outerFile = this.current;
    const outerActive = this.active;
    const outerGuards = this.guards.length;
    const { version } = this.defined;
    this.current = file;
    // What a header's assembler macros are called says nothing about what they do.
    if (made.isWhole || (this.isAssembler && depth === 0)) this.walkWhole(made, depth);
    else this.walk(made, depth);
    this.current = outerFile;
    this.active = outerActive;
    this.guards.length = outerGuards;
    const isReopened = this.view.relevance?.reopened.has(guard ?? '') === true;
    if (isReopened) return;
    if (guard === undefined) {
      const isIdle = !made.isWhole && this.active === 'yes' && this.defined.version === version;
      if (node.bit !== undefined && isIdle) this.walked.idleAt(version, node.bit);
    } else if (guard === '' ? this.active === 'yes' : this.defined.lookup(guard) !== undefined) {
      this.walked.see(node.path, node.bit);
    }
  }

  /** A file without interesting text: branches that are not taken are jumped over. */
  private walk({ steps, file }: FileSteps, depth: number): void {
    const branchings: Branching[] = [];
    for (let at = 0; at < steps.length;) {
      const step = steps[at];
      if (step === undefined) break;
      if (this.active !== 'no' || isBranch(step)) this.step(step, file, branchings, depth);
      at = this.active === 'no' && 'next' in step && step.next > at ? step.next : at + 1;
    }
    this.closed(file, branchings);
  }

  private walkWhole({ steps, file, statements: ofC }: FileSteps, depth: number): void {
    const isSource = depth === 0;
    const statements = this.isAssembler ? assemblerStatements(file, this.wanted.pattern, isSource) : ofC;
    const branchings: Branching[] = [];
    let next = 0;
    let pieces: Piece[] = [];
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
          if (this.active === 'no') this.told.compiledOut({ path: file.path, statement }, { start, end });
          else pieces.push({ start, end });
        }
        if (statement.end > offset) return;
        if (pieces.length > 0) this.told.statement({ path: file.path, statement }, pieces);
        pieces = [];
        next++;
      }
    };
    let step = 0;
    for (const { offset, end } of file.facts.directives) {
      if (next < statements.length) textUpTo(offset);
      from = end;
      const here = steps[step];
      // Some directives have no step: nothing to do.
      if (here?.offset !== offset) continue;
      step++;
      if (this.active !== 'no' || isBranch(here)) this.step(here, file, branchings, depth);
    }
    if (next < statements.length) textUpTo(Infinity);
    this.closed(file, branchings);
  }

  private closed(file: SourceFile, branchings: readonly Branching[]): void {
    const unclosed = branchings.at(-1);
    if (unclosed && branchings[0]?.outer === 'yes')
      this.unbalanced(file, unclosed.line, 'no #endif for this condition');
  }

  private unbalanced(file: SourceFile, line: number, message: string): void {
    this.told.assumptions.push({ message, file: file.path, line, isError: true });
  }

  private step(step: Step, file: SourceFile, branchings: Branching[], depth: number): void {
    switch (step.kind) {
      case 'include':
        this.file(step.target, depth + 1, depth > 0);
        return;
      case 'computed':
        this.computedInclude(step, file, depth);
        return;
      case 'missing':
        this.missing(step.text, file, step.line);
        return;
      case 'define':
        if (step.isGuard) this.defined.guard(step.name, step.macro);
        else this.defined.define(step.name, step.macro, this.active === 'maybe');
        return;
      case 'undef':
        if (this.active === 'yes') this.defined.undefine(step.name);
        return;
      case 'if': {
        const branching: Branching = {
          outer: this.active,
          taken: false,
          active: 'no',
          earlier: [],
          guardsBefore: this.guards.length,
          isIncludeGuard: step.isIncludeGuard,
          line: step.line,
        };
        branchings.push(branching);
        this.enter(branching, step);
        return;
      }
      case 'elif':
      case 'else': {
        const branching = branchings.at(-1);
        if (branching) this.enter(branching, step);
        return;
      }
      case 'endif': {
        const branching = branchings.pop();
        if (!branching) {
          if (this.active === 'yes') this.unbalanced(file, step.line, '#endif without #if');
          return;
        }
        this.active = branching.outer;
        this.guards.length = branching.guardsBefore;
      }
    }
  }

  /** Into the next branch of an #if. */
  private enter(branching: Branching, step: BranchStep): void {
    this.guards.length = branching.guardsBefore;
    if (!branching.isIncludeGuard) {
      for (const earlier of branching.earlier) this.guards.push(earlier);
      if (step.kind !== 'else') this.guards.push(step.holds);
    }
    if (step.kind !== 'else') branching.earlier.push(step.fails);
    if (branching.outer === 'no' || branching.taken) {
      this.active = 'no';
      return;
    }
    this.line = step.line;
    const value = step.kind === 'else' ? 1n : this.evaluate(step);
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

  private evaluate({ condition, simple }: BranchStep): bigint | undefined {
    // Most conditions ask whether one name is defined: that needs no expansion.
    if (simple !== undefined) {
      const known = this.isDefined(simple.name);
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
}

function isBranch({ kind }: Step): boolean {
  return kind === 'if' || kind === 'elif' || kind === 'else' || kind === 'endif';
}

const alwaysDefined = new Set(['__has_include', '__has_attribute', '__has_builtin', '__LINE__', '__FILE__']);
