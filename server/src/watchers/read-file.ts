import { rememberLast } from '../syntax/c/remember-last';
import { factsOf, scanC, type CFileFacts } from '../syntax/c/scan';
import type { ScannedDirectives } from '../syntax/c/text-scan';
import type { SourceFile } from '../syntax/c/unit';
import { lineStarts } from '../syntax/positions';

const linesOf = rememberLast<readonly number[]>(128);

/** A file of which it is known that no wanted name stands in it; `again` has its text, if it is still the same. */
export interface BareFile {
  readonly scanned: ScannedDirectives;
  readonly again: () => string;
}

/**
 * A file that was read, in one version. Its facts are kept; its text can be put away, and comes back when it is asked
 * for. A class, so that thousands of them share their accessors.
 */
export class ReadFile implements SourceFile {
  readonly facts: CFileFacts;
  readonly isBare: boolean;
  private held: string | undefined;
  private again: (() => string) | undefined;
  private wanted = false;

  constructor(
    readonly path: string,
    given: string | BareFile,
    private readonly back: (file: ReadFile) => void,
  ) {
    const text = (): string => this.text;
    this.isBare = typeof given !== 'string';
    if (typeof given === 'string') {
      this.held = given;
      this.facts = scanC(given, text);
    } else {
      this.again = given.again;
      this.facts = factsOf(given.scanned, text);
    }
  }

  get text(): string {
    this.wanted = true;
    if (this.held !== undefined) return this.held;
    const text = this.again?.() ?? '';
    this.held = text;
    this.back(this);
    return text;
  }

  /** Hardly any file is ever asked for its lines, and few are asked again. */
  get lineStarts(): readonly number[] {
    return linesOf(this, () => lineStarts(this.text));
  }

  /** Whether the text was asked for since this was last called. */
  wasWanted(): boolean {
    const { wanted } = this;
    this.wanted = false;
    return wanted;
  }

  /** UTF-16 code units of text that are held. */
  get weight(): number {
    return this.held?.length ?? 0;
  }

  /** `keep`: puts the text where it takes less, and gives what brings it back. */
  putAway(keep: (path: string, text: string) => () => string): void {
    if (this.held === undefined) return;
    // Brought back, it is still where it was put.
    this.again ??= keep(this.path, this.held);
    this.held = undefined;
  }
}
