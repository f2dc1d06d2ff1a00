import { anyOutside, setBit, type Bits, type Relevance } from './relevance';

/** Which of the files that matter a unit can pass over, at the place that its walk has come to. */
export class WalkedFiles {
  /** Guarded files that were seen. */
  private readonly seen: Bits;
  /** Files that no file includes any more: all that do are guarded and were seen. */
  private readonly shut: Bits;
  /** For each bit, how many files may still include its file. */
  private readonly includers: Uint16Array;
  /** Files that change nothing as long as no other definitions hold: those of the version. */
  private readonly idle: Bits;
  private idleVersion = 0;

  constructor(private readonly relevance: Relevance | undefined) {
    const size = relevance?.size ?? 0;
    this.seen = new Uint32Array(size);
    this.shut = new Uint32Array(size);
    this.idle = new Uint32Array(size);
    this.includers = Uint16Array.from(relevance?.includers ?? []);
  }

  /** A guarded file was walked: it will not be read again, so it includes nothing any more. */
  see(path: string, bit: number | undefined): void {
    if (bit !== undefined) setBit(this.seen, bit);
    for (const other of this.relevance?.directBits(path) ?? []) {
      const left = (this.includers[other] ?? 1) - 1;
      this.includers[other] = left;
      if (left === 0) setBit(this.shut, other);
    }
  }

  /** A file was walked that can be read again, and changed nothing. */
  idleAt(version: number, bit: number): void {
    if (this.idleVersion !== version) this.idle.fill(0);
    this.idleVersion = version;
    setBit(this.idle, bit);
  }

  /** Whether each of them was seen. */
  allSeen(below: Bits): boolean {
    return !anyOutside(below, this.seen);
  }

  /** Whether each of them was seen, cannot be come to, or (given the version of the definitions) changes nothing now. */
  allIdle(below: Bits, version: number | undefined): boolean {
    const isSame = this.idleVersion === version;
    for (let index = 0; index < below.length; index++) {
      const idle = isSame ? (this.idle[index] ?? 0) : 0;
      if (((below[index] ?? 0) & ~((this.seen[index] ?? 0) | (this.shut[index] ?? 0) | idle)) !== 0)
        return false;
    }
    return true;
  }
}
