/**
 * Something the tool had to assume, skip or could not know. Notes travel with every answer: never a silent guess.
 * `message` is one line: what, and what it means for the answer.
 */
export interface Note {
  readonly message: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** What is there and matters could not be read: the answer is not complete. */
  readonly isUnread?: true;
}
