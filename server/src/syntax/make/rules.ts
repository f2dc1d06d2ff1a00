import {
  closing,
  isOpener,
  joinedText,
  lineCursor,
  moveToNextLine,
  passContinuation,
  withoutComment,
} from './lines';

/** A rule, as far as it says what is made from what; both as written, with references. */
export interface MakeRule {
  /** 1-based line on which it starts. */
  readonly line: number;
  /** `$(obj)/%-image.c`; of a static pattern rule the pattern behind the targets. */
  readonly targets: string;
  readonly prerequisites: string;
}

const directive = /^\s*(?:ifn?eq|ifn?def|else|endif|-?include|sinclude|(?:un)?export|define|endef|vpath)\b/;

/** The rules of a makefile, in every branch of its conditions. Recipes are passed over. */
export function rulesOf(text: string): readonly MakeRule[] {
  const rules: MakeRule[] = [];
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
    const behind = written.slice(colon).replace(/^:+/, '');
    if (behind.startsWith('=')) continue;
    const [normal = ''] = splitAt(behind, ';');
    const [pattern = '', rest] = splitAt(normal, ':');
    // `targets: NAME := value` sets a variable.
    if (/^[^$]*[?+:!]?=/.test(normal)) continue;
    rules.push(
      rest === undefined
        ? { line, targets: written.slice(0, colon).trim(), prerequisites: pattern.trim() }
        : { line, targets: pattern.trim(), prerequisites: rest.trim() },
    );
  }
  return rules;
}

/** Where a rule's targets end, outside of references; -1: it is none. */
export function ruleColon(text: string): number {
  return outsideReferences(text, ':');
}

function splitAt(text: string, separator: string): readonly [string, string?] {
  const at = outsideReferences(text, separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

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
