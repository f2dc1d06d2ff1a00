import type { Makefile, MakeStatement, MakeTest } from '../syntax/make/parse';
import type { TreeReader } from '../source/tree-reader';
import type { WhyStep } from './link-plan';

/** How a config stands to a chain of lines. */
export type ChainState = 'built-in' | 'module' | 'off';

/** The lines from the top makefile down to one object. */
export interface Chain {
  readonly steps: readonly WhyStep[];
  readonly state: ChainState;
  /** Guards that do not hold. */
  readonly failing: readonly string[];
}

interface Mention extends WhyStep {
  /** The variable as written: `obj-$(CONFIG_X)`. */
  readonly variable: string;
}

/** Where evaluation found things, which text alone cannot always tell. */
export interface EvaluatedPlaces {
  /** The directory whose makefile compiles an object: `arch/i386/oprofile` for `drivers/oprofile/oprof.o`. */
  readonly owner: (object: string) => string | undefined;
  /** The directory whose makefile sent make into this one; '' for the top. */
  readonly sender: (directory: string) => string | undefined;
}

/**
 * Reads makefiles as text, every branch of every condition: which lines name an object or a directory, and under which
 * conditions. What is not written out (`$(foreach …)`) is not found; then there is no line to show.
 */
export function explainer(
  tree: TreeReader,
  makefile: (path: string) => Makefile | undefined,
  config: ReadonlyMap<string, string> | undefined,
  srcarch: string,
  evaluated: EvaluatedPlaces,
): (object: string) => Chain | undefined {
  const assignments = new Map<string, readonly Mention[]>();
  const directoryChains = new Map<string, Chain | undefined>();

  const linesOf = (path: string): readonly Mention[] => {
    const known = assignments.get(path);
    if (known) return known;
    const read = makefile(path);
    const lines = read ? flatten(read.statements, path, []) : [];
    assignments.set(path, lines);
    return lines;
  };

  const makefilesIn = (directory: string): readonly string[] => {
    const at = (name: string): string => (directory === '' ? name : `${directory}/${name}`);
    const own = [at('Kbuild'), at('Makefile')].filter((path) => tree.kind(path) === 'file');
    if (directory === '') return [...own, `arch/${srcarch}/Makefile`, `arch/${srcarch}/Makefile.${srcarch}`];
    // A directory's Kbuild hides its Makefile; arch/x86/Makefile belongs to the top one.
    return own.slice(0, 1);
  };

  /** Lines that name the word; where none does, lines with references that may stand for it. */
  const mentions = (directory: string, word: string): readonly Mention[] => {
    const lines = makefilesIn(directory).flatMap(linesOf);
    const named = lines.filter(({ text }) => mentionsWord(text, word));
    if (named.length > 0 || word.startsWith('$')) return named;
    return lines.filter(({ text }) => text.includes('$', text.indexOf('=')) && matchesReference(text, word));
  };

  /** A line of the directory's makefile adds this prefix to words. */
  const isAdded = (directory: string, prefix: string): boolean =>
    makefilesIn(directory)
      .flatMap(linesOf)
      .some(({ text }) => new RegExp(`addprefix\\s+${escapeExpression(prefix)}\\s*,`).test(text));

  const better = (a: Chain | undefined, b: Chain): Chain => {
    const rank = (chain: Chain): number =>
      (chain.state === 'built-in' ? 0 : chain.state === 'module' ? 100 : 200) + chain.failing.length;
    return a === undefined || rank(b) < rank(a) ? b : a;
  };

  const chainOf = (
    before: Chain | undefined,
    steps: readonly Mention[],
    of: 'directory' | 'object',
  ): Chain => {
    const own = steps.map(({ file, line, text, guards, variable }) => {
      const asked = guards.filter(isConfigGuard);
      const values = asked.map((guard) => holds(guard, config));
      return {
        step: { file, line, text, guards: asked },
        failing: asked.filter((_, index) => values[index] === 'off'),
        isModule: values.includes('module') || /^(?:obj|subdir|lib)-m$/.test(variable),
      };
    });
    const failing = [...(before?.failing ?? []), ...own.flatMap((step) => step.failing)];
    const [first, ...members] = own;
    const isInside = before?.state === 'module';
    const isBelow = isInside || members.some(({ isModule }) => isModule);
    // What is `y` in a directory that only modules lead to is built into nothing; so is the `m` member of a `y` object.
    const state = (): ChainState => {
      if (failing.length > 0 || before?.state === 'off') return 'off';
      if (first?.isModule === true) return 'module';
      if (!isBelow) return 'built-in';
      return of === 'directory' ? 'module' : 'off';
    };
    return { steps: [...(before?.steps ?? []), ...own.map(({ step }) => step)], failing, state: state() };
  };

  const directoryChain = (directory: string): Chain | undefined => {
    if (directory === '') return { steps: [], state: 'built-in', failing: [] };
    if (directoryChains.has(directory)) return directoryChains.get(directory);
    directoryChains.set(directory, undefined);
    let best: Chain | undefined;
    const sender = evaluated.sender(directory);
    for (let above = sender ?? parentOf(directory); ; above = parentOf(above)) {
      const word = relativePath(above, directory);
      for (const mention of mentions(above, `${word}/`)) {
        if (!/^(?:obj|subdir|core|drivers|libs|net|init|head|virt)-/.test(mention.variable)) continue;
        const before = directoryChain(above);
        if (before) best = better(best, chainOf(before, [mention], 'directory'));
      }
      // obj-y += arch/$(SRCARCH)/ and the like.
      if (above === '' && best === undefined && word === `arch/${srcarch}`)
        for (const mention of mentions('', 'arch/$(SRCARCH)/'))
          best = better(best, chainOf(undefined, [mention], 'directory'));
      if (best !== undefined || above === '') break;
    }
    directoryChains.set(directory, best);
    return best;
  };

  return (object) => {
    let best: Chain | undefined;
    const owner = evaluated.owner(object);
    for (let directory = owner ?? parentOf(object); ; directory = parentOf(directory)) {
      const before = directoryChain(directory);
      if (before) {
        const seen = new Set<string>();
        const climb = (name: string, below: readonly Mention[]): void => {
          if (seen.has(name)) return;
          seen.add(name);
          for (const mention of mentions(directory, name)) {
            if (/^(?:obj|lib|extra|head|always)-/.test(mention.variable)) {
              best = better(best, chainOf(before, [mention, ...below], 'object'));
              continue;
            }
            const composite = compositeName(mention.variable);
            if (composite !== undefined) climb(composite, [mention, ...below]);
            for (const reference of referencesTo(mention.variable)) climb(reference, [mention, ...below]);
          }
        };
        const word = relativePath(directory, object);
        climb(word, []);
        // $(addprefix ../../drivers/oprofile/, oprof.o)
        const prefix = word.slice(0, word.lastIndexOf('/') + 1);
        if (best === undefined && prefix !== '' && (directory === owner || isAdded(directory, prefix)))
          climb(word.slice(prefix.length), []);
        // At least the way to the makefile that names it somehow.
        if (best === undefined && directory === owner) best = before;
      }
      if (best !== undefined || directory === '') return best;
    }
  };
}

const escapeExpression = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `../mach-es7000`: from one directory of the tree to another path of it. */
function relativePath(from: string, to: string): string {
  if (from === '') return to;
  if (to.startsWith(`${from}/`)) return to.slice(from.length + 1);
  const [a, b] = [from.split('/'), to.split('/')];
  let common = 0;
  while (common < a.length && common < b.length - 1 && a[common] === b[common]) common++;
  return [...a.slice(common).map(() => '..'), ...b.slice(common)].join('/');
}

/** How a variable set as `mmu-$(CONFIG_MMU)` is used: `$(mmu-y)`. */
function referencesTo(variable: string): readonly string[] {
  const stem = /^(.+)-\$[({][^(){}]*[)}]$/.exec(variable)?.[1];
  return stem === undefined ? [`$(${variable})`] : [`$(${stem}-y)`, `$(${stem}-m)`];
}

/** What else a makefile asks (is this a sub-make? which goal?) is no property of the kernel. */
const isConfigGuard = (guard: string): boolean => guard.includes('CONFIG_');

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** `foo-objs`, `foo-y`, `foo-$(CONFIG_X)` to `foo.o`. */
function compositeName(variable: string): string | undefined {
  const match = /^(.+?)-(?:objs|y|m|objs-y|objs-\$\(.+\)|\$\(.+\))?$/.exec(variable);
  return match ? `${match[1] ?? ''}.o` : undefined;
}

function mentionsWord(text: string, word: string): boolean {
  const from = text.indexOf('=');
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + word.length);
    if (/[\s=(,]/.test(before) && (after === '' || /[\s),]/.test(after))) return true;
  }
  return false;
}

/** `head_$(BITS).o` may be head_64.o; a word that is nothing but a reference says too little. */
function matchesReference(text: string, word: string): boolean {
  for (const [written] of text
    .slice(text.indexOf('=') + 1)
    .matchAll(/(?:\$[({][^(){}\s]*[)}]|[^\s$(){}])+/g)) {
    if (!written.includes('$')) continue;
    const parts = written.split(/\$[({][^(){}]*[)}]/);
    const [first = ''] = parts;
    const last = parts.at(-1) ?? '';
    if (first.length < 2 && last.length < 4) continue;
    if (word.length < first.length + last.length || !word.startsWith(first) || !word.endsWith(last)) continue;
    let at = first.length;
    if (
      parts.slice(1, -1).every((part) => {
        at = word.indexOf(part, at);
        return at >= 0;
      }) &&
      !word.slice(first.length, word.length - last.length).includes('.')
    )
      return true;
  }
  return false;
}

function flatten(
  statements: readonly MakeStatement[],
  file: string,
  guards: readonly string[],
): readonly Mention[] {
  return statements.flatMap((statement): readonly Mention[] => {
    if (statement.kind === 'assign') {
      const own = [...statement.name.matchAll(/CONFIG_\w+/g)].map(([name]) => name);
      const text = `${statement.name} ${statement.operator} ${statement.value}`.replace(/\s+/g, ' ').trim();
      return [{ file, line: statement.line, text, variable: statement.name, guards: [...guards, ...own] }];
    }
    if (statement.kind !== 'conditional') return [];
    const earlier: string[] = [];
    return statement.branches.flatMap(({ test, body }) => {
      const branchGuards = [...guards, ...earlier, ...(test ? [testText(test, false)] : [])];
      if (test) earlier.push(testText(test, true));
      return flatten(body, file, branchGuards);
    });
  });
}

/** A make condition as a person writes it: `CONFIG_X`, `!CONFIG_X`, `CONFIG_X=y`, else the text itself. */
function testText(test: MakeTest, negate: boolean): string {
  const negated = test.negated !== negate;
  if (test.kind === 'defined') return `${negated ? '!' : ''}${test.left}`;
  const [name, value] = test.left.includes('$') ? [test.left, test.right] : [test.right, test.left];
  const plain = name.replace(/^\$[({](CONFIG_\w+)[)}]$/, '$1').replace(/^"(.*)"$/, '$1');
  const wanted = value.replace(/^"(.*)"$/, '$1');
  if (/^CONFIG_\w+$/.test(plain)) {
    if (wanted === '') return `${negated ? '' : '!'}${plain}`;
    if (wanted === 'y' && !negated) return `${plain}=y`;
  }
  return `${plain} ${negated ? '!=' : '='} ${wanted === '' ? '(empty)' : wanted}`;
}

/** Whether a guard holds; what is no plain question about one config name is taken to hold. */
function holds(guard: string, config: ReadonlyMap<string, string> | undefined): 'on' | 'module' | 'off' {
  if (!config) return 'on';
  const match = /^(!?)(CONFIG_\w+)(=y)?$/.exec(guard);
  if (!match) return 'on';
  const value = config.get(match[2] ?? '');
  if (match[1] === '!') return value === undefined ? 'on' : 'off';
  if (value === undefined) return 'off';
  if (match[3] !== undefined) return value === 'y' ? 'on' : 'off';
  return value === 'm' ? 'module' : 'on';
}
