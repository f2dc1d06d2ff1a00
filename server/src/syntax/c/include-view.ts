import { parseMacro, type Macro } from './expand';
import { findInclude, folderOf, type IncludeSpec } from './include-path';
import { interestingStatements, type InterestingStatement } from './interesting-statements';
import type { Bits, Relevance } from './relevance';
import type { IncludeDirective } from './directive';
import type { CFileFacts, Directive, SimpleTest } from './scan';
import type { SourceFile, UnitFiles, Wanted } from './unit-input';
import { isOwnGuard } from './walk-conditions';

/**
 * The tree's files as units with the same include paths walk them: each file's directives, without those that cannot
 * change the answer, its includes found. Made once, walked by every unit: that is where the time goes.
 */
export interface IncludeView {
  /** What stands at a path; made when first asked for, its steps when first walked. */
  readonly node: (path: string) => FileNode;
  /** The steps of a file as its text is now; `undefined`: there is no such file. */
  readonly steps: (node: FileNode) => FileSteps | undefined;
  /** An include that only expansion, or `__has_include`, spells out. */
  readonly resolve: (spec: IncludeSpec) => string | undefined;
  /** What was left out; `undefined`: nothing. */
  readonly relevance: Relevance | undefined;
  /** The same with nothing left out. */
  readonly whole: () => IncludeView;
}

export interface FileNode {
  readonly path: string;
  /** The files below that matter; `all`: every file does. */
  readonly below: Bits | 'all' | undefined;
  /** Of this file, if it matters. */
  readonly bit: number | undefined;
  /** False: nobody thought of this file when it was decided what matters. */
  readonly isCovered: boolean;
  steps: FileSteps | undefined;
}

export interface FileSteps {
  readonly file: SourceFile;
  readonly guard: string | undefined;
  readonly statements: readonly InterestingStatement[];
  readonly steps: readonly Step[];
  /** Nothing was left out, so branches that are not taken must be walked too: text in them is of interest. */
  readonly isWhole: boolean;
}

interface Place {
  readonly line: number;
  /** Of the directive, from its `#` to its newline. */
  readonly offset: number;
  readonly end: number;
}

/** A condition as the guards of what it surrounds have it. */
export interface Guard {
  readonly condition: string;
  readonly negated: boolean;
}

export type Step =
  | (Place & { readonly kind: 'include'; readonly target: FileNode })
  | (Place & { readonly kind: 'missing'; readonly text: string })
  | (Place & { readonly kind: 'computed'; readonly text: string })
  | (Place & {
      readonly kind: 'define';
      readonly name: string;
      readonly macro: Macro;
      readonly isGuard: boolean;
    })
  | (Place & { readonly kind: 'undef'; readonly name: string })
  | BranchStep
  | (Place & { readonly kind: 'endif' });

export type BranchStep = Place & {
  readonly kind: 'if' | 'elif' | 'else';
  readonly condition: string;
  readonly simple: SimpleTest | undefined;
  readonly isIncludeGuard: boolean;
  readonly holds: Guard;
  readonly fails: Guard;
  /** The index of the next branch of the same `#if`, or of its `#endif`; 0 where there is none. */
  next: number;
};

export function includeView(
  includePaths: readonly string[],
  files: UnitFiles,
  wanted: Wanted,
  relevance: Relevance | undefined,
): IncludeView {
  const nodes = new Map<string, FileNode>();
  const found = new Map<string, string | undefined>();

  const node = (path: string): FileNode => {
    let known = nodes.get(path);
    if (!known) {
      known = {
        path,
        below: relevance ? relevance.below(path) : 'all',
        bit: relevance?.bitOf(path),
        isCovered: relevance?.covers(path) ?? true,
        steps: undefined,
      };
      nodes.set(path, known);
    }
    return known;
  };

  const resolve = (spec: IncludeSpec): string | undefined => {
    const beside = spec.form === 'quote' || spec.next ? spec.from : '';
    const key = `${spec.next ? beside : folderOf(beside)}|${spec.form}|${spec.next ? 'next' : ''}|${spec.text}`;
    if (found.has(key)) return found.get(key);
    const path = findInclude(spec, includePaths, (one) => files.exists(one));
    found.set(key, path);
    return path;
  };

  /** What an include leads to; `undefined`: to nothing that matters. */
  const includeStep = (directive: IncludeDirective, from: string): Step | undefined => {
    const { line, offset, end, text, form, next } = directive;
    if (form === 'computed') return { kind: 'computed', text, line, offset, end };
    const path = resolve({ text, form, from, next }) ?? files.fallback(text);
    if (path === 'generated') return undefined;
    if (path === undefined) return { kind: 'missing', text, line, offset, end };
    const target = node(typeof path === 'string' ? path : path.path);
    return target.below === undefined && target.isCovered
      ? undefined
      : { kind: 'include', target, line, offset, end };
  };

  const made = (file: SourceFile): FileSteps => {
    const { facts } = file;
    const statements = interestingStatements(file, wanted.pattern);
    const isWhole = statements.length > 0;
    const directives = relevance ? facts.naming(relevance.names) : facts.directives;
    const kept = directives.map((directive, index) => {
      if (directive.kind === 'include') return includeStep(directive, file.path);
      if (directive.kind === 'define') return defineStep(directive, facts, relevance);
      return plainStep(directive, isOwnGuard(facts.guard, index));
    });
    const steps = isWhole ? kept.filter((step) => step !== undefined) : withoutIdleBranches(kept);
    linkBranches(steps);
    return { file, guard: facts.guard, statements, steps, isWhole };
  };

  let whole: IncludeView | undefined;
  const view: IncludeView = {
    node,
    resolve,
    relevance,
    whole: () => (whole ??= relevance ? includeView(includePaths, files, wanted, undefined) : view),
    steps(one) {
      const file = files.source(one.path);
      if (file !== one.steps?.file) one.steps = file && made(file);
      return one.steps;
    },
  };
  return view;
}

const guardMacro: Macro = parseMacro('', undefined, '');
const macros = new WeakMap<Directive, Macro>();

function defineStep(
  directive: Directive & { readonly kind: 'define' },
  facts: CFileFacts,
  relevance: Relevance | undefined,
): Step | undefined {
  const { name, parameters, body, line, offset, end } = directive;
  if (relevance?.names.has(name) === false)
    return name === facts.guard
      ? { kind: 'define', name, macro: guardMacro, isGuard: true, line, offset, end }
      : undefined;
  let macro = macros.get(directive);
  if (!macro) macros.set(directive, (macro = parseMacro(name, parameters, body)));
  return { kind: 'define', name, macro, isGuard: false, line, offset, end };
}

function plainStep(
  directive: Exclude<Directive, { readonly kind: 'include' | 'define' }>,
  isIncludeGuard: boolean,
): Step {
  const { line, offset, end } = directive;
  if (directive.kind === 'endif') return { kind: 'endif', line, offset, end };
  if (directive.kind === 'undef') return { kind: 'undef', name: directive.name, line, offset, end };
  const asks = 'text' in directive ? directive : undefined;
  const condition = asks?.text ?? '';
  return {
    kind: directive.kind,
    condition,
    simple: asks?.simple,
    isIncludeGuard,
    holds: { condition, negated: false },
    fails: { condition, negated: true },
    next: 0,
    line,
    offset,
    end,
  };
}

/** Drops every `#if` … `#endif` in which nothing is left to do. */
function withoutIdleBranches(kept: readonly (Step | undefined)[]): readonly Step[] {
  const steps: Step[] = [];
  /** For each open `#if`: the number of steps before it, and whether anything is left to do in it. */
  const open: { readonly at: number; busy: boolean }[] = [];
  for (const step of kept) {
    if (step === undefined) continue;
    if (step.kind === 'if') open.push({ at: steps.length, busy: false });
    else if (step.kind === 'endif') {
      const group = open.pop();
      if (group?.busy === false) {
        steps.length = group.at;
        continue;
      }
      const outer = open.at(-1);
      if (outer) outer.busy = true;
    } else if (step.kind !== 'elif' && step.kind !== 'else') {
      const inner = open.at(-1);
      if (inner) inner.busy = true;
    }
    steps.push(step);
  }
  return steps;
}

function linkBranches(steps: readonly Step[]): void {
  const open: BranchStep[] = [];
  steps.forEach((step, index) => {
    if (step.kind === 'if' || step.kind === 'elif' || step.kind === 'else' || step.kind === 'endif') {
      const before = step.kind === 'if' ? undefined : open.pop();
      if (before) before.next = index;
      if (step.kind === 'if' || ((step.kind === 'elif' || step.kind === 'else') && before)) {
        open.push(step);
      }
    }
  });
}
