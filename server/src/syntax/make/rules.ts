import {
  closing,
  isOpener,
  joinedText,
  lineCursor,
  moveToNextLine,
  passContinuation,
  withoutComment,
} from './lines';

/** A rule with a recipe that may say what an object is compiled from. All texts are as written. */
export interface RuleStatement {
  readonly kind: 'rule';
  readonly line: number;
  readonly targets: string;
  /** Of a static pattern rule: `%-32.o` in `$(objects): %-32.o: %.S`. */
  readonly pattern: string | undefined;
  readonly prerequisites: string;
}

/** Where the colon of a rule is; -1: there is none. */
export const ruleColon = (text: string): number => outsideReferences(text, ':');

function outsideReferences(text: string, sought: string): number {
  const code = sought.charCodeAt(0);
  for (let at = 0; at < text.length; at++) {
    const here = text.charCodeAt(at);
    if (here === 36 && isOpener(text.charCodeAt(at + 1))) {
      const end = closing(text, at + 1);
      if (end < 0) return -1;
      at = end;
    } else if (here === code) return at;
  }
  return -1;
}

const namesSource = /\.[coS](?:$|[\s),;|])/;

/**
 * The rule with its colon at `colon`; `undefined`: it has nothing to do with sources and objects. `hasRecipe`: behind a
 * semicolon; it may also stand on the next lines.
 */
export function readRule(
  text: string,
  colon: number,
  line: number,
): { readonly rule: RuleStatement; readonly hasRecipe: boolean } | undefined {
  if (!namesSource.test(text.slice(colon))) return undefined;
  const { targets, pattern, prerequisites, hasRecipe } = partsOfRule(text, colon);
  const [normal = ''] = prerequisites.split('|', 1);
  return { rule: { kind: 'rule', line, targets, pattern, prerequisites: normal }, hasRecipe };
}

interface RuleParts {
  readonly targets: string;
  /** Of a static pattern rule. */
  readonly pattern: string | undefined;
  readonly prerequisites: string;
  /** Behind a semicolon. */
  readonly hasRecipe: boolean;
}

function partsOfRule(text: string, colon: number): RuleParts {
  const [made, recipe] = splitAt(text.slice(colon).replace(/^:+/, ''), ';');
  const [first, second] = splitAt(made, ':');
  return {
    targets: text.slice(0, colon),
    pattern: second === undefined ? undefined : first,
    prerequisites: second ?? first,
    hasRecipe: recipe !== undefined,
  };
}

function splitAt(text: string, separator: string): readonly [string, string?] {
  const at = outsideReferences(text, separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A rule, as far as it says what is made from what; both as written, with references. */
export interface WrittenRule {
  /** 1-based line on which it starts. */
  readonly line: number;
  /** `$(obj)/%-image.c`; of a static pattern rule the pattern behind the targets. */
  readonly targets: string;
  readonly prerequisites: string;
}

const directive = /^\s*(?:ifn?eq|ifn?def|else|endif|-?include|sinclude|(?:un)?export|define|endef|vpath)\b/;

/** The rules of a makefile, in every branch of its conditions. Recipes are passed over. */
export function rulesOf(text: string): readonly WrittenRule[] {
  const rules: WrittenRule[] = [];
  const cursor = lineCursor(text);
  while (moveToNextLine(cursor)) {
    if (text.charCodeAt(cursor.from) === 9) {
      passContinuation(cursor);
      continue;
    }
    const { line } = cursor;
    const written = withoutComment(joinedText(cursor));
    const colon = ruleColon(written);
    if (colon < 0 || directive.test(written) || written.slice(0, colon).includes('=')) continue;
    const { targets, pattern, prerequisites } = partsOfRule(written, colon);
    // `NAME := value` and `targets: NAME := value` set a variable.
    if (/^[^$]*=/.test(`${pattern ?? ''}:${prerequisites}`)) continue;
    rules.push({ line, targets: (pattern ?? targets).trim(), prerequisites: prerequisites.trim() });
  }
  return rules;
}
