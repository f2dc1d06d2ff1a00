import type { Range } from '../syntax/positions';
import type { CheckContext } from './check-context';
import type { Steps } from '../syntax/steps';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** Most severe first. */
export const severities: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/** A change to one file: the range (0-based UTF-16 offsets in its text) is replaced by `text`. */
export interface TextEdit {
  readonly file: string;
  readonly range: Range;
  readonly text: string;
}

/** A mend that a person may take as it is. Edits do not overlap. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one to take when no choice is made. At most one fix of a finding has it. */
  readonly isPreferred: boolean;
}

export interface RelatedPlace {
  readonly file: string;
  readonly range: Range;
  readonly message: string;
}

/** What a rule finds: where a person would mend it, and what is wrong there, in one line. */
export interface Problem {
  /** Relative to the kernel root. */
  readonly file: string;
  /** 0-based UTF-16 offsets in the file's own text. */
  readonly range: Range;
  readonly message: string;
  readonly related?: readonly RelatedPlace[];
  readonly fixes?: readonly Fix[];
}

/** A problem as it is shown. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly file: string;
  readonly range: Range;
  /** 1-based; the column counts UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly related: readonly RelatedPlace[];
  readonly fixes: readonly Fix[];
}

/** Own code that shows a rule: the docs print it, and the tests run the rule on it, in the example kernel. */
export interface RuleExample {
  readonly code: string;
  /** The file of the example kernel that `code` is; `undefined`: a new `kernel/sample.c`, which is then built. */
  readonly file?: string;
  /** Where `code` is only a part: what to replace instead in files of the example kernel. */
  readonly edits?: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** Lines of the configuration to add; `-CONFIG_X` takes one away. */
  readonly config?: readonly string[];
}

/** One diagnostic rule, as data. */
export interface Rule {
  readonly name: string;
  readonly severity: Severity;
  readonly title: string;
  /** What it finds, in one sentence. */
  readonly finds: string;
  /** Why that is wrong, and what happens then: for the docs, `--explain` and the SARIF help. Markdown. */
  readonly why: string;
  readonly bad: RuleExample;
  readonly good: RuleExample;
  /** Work of `find` that takes long, in steps. What it finds is kept: after it, `find` is quick. */
  readonly prepare?: (context: CheckContext) => Steps<unknown>;
  readonly find: (context: CheckContext) => readonly Problem[];
}
