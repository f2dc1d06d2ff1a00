import { textInstance, type TextInstance } from '../text-instance';

/** Kinds of directives, as `server/assembly/directives.ts` numbers them. */
export const Kind = { Include: 1, Define: 2, Undef: 3, If: 4, Elif: 5, Else: 6, Endif: 7 } as const;

/**
 * The words of a record: what it is, where the `#` and its newline stand (0-based UTF-16 code units), its line (1-based);
 * from where to where its text stands in `lines`; then, of what defines or undefines one, its name in `names`, and the name's
 * hash.
 */
export const Word = {
  Kind: 0,
  Offset: 1,
  End: 2,
  Line: 3,
  TextFrom: 4,
  TextTo: 5,
  NameFrom: 6,
  NameTo: 7,
  Hash: 8,
} as const;
export const wordsInRecord = 9;

/** The directives of a text. */
export interface ScannedDirectives {
  /** {@link wordsInRecord} words for each. */
  readonly records: Int32Array;
  /**
   * From behind the `#` on, comments as a space, continued lines joined: of all but `#undef`, `#else` and `#endif`. Of a
   * text with characters beyond Latin-1 these are not all as they stand.
   */
  readonly lines: string;
  readonly isExact: boolean;
  /** Every name that is defined or undefined, a line feed before and behind each: `\nA\nB\n`. */
  readonly names: string;
  readonly hasPragmaOnce: boolean;
  /** One `#if` … `#endif`, without another branch, is around all that is no comment. */
  readonly isShapedAsGuarded: boolean;
}

/** What the directive of this index defines or undefines. */
export function nameOf({ records, names }: ScannedDirectives, index: number): string {
  const at = index * wordsInRecord;
  return names.slice(records[at + Word.NameFrom], records[at + Word.NameTo]);
}

/** The words at which the module says what it found: see `server/assembly/memory.ts`. */
const Found = {
  Records: 0,
  RecordsAt: 1,
  LinesAt: 2,
  LinesLength: 3,
  NamesAt: 4,
  NamesLength: 5,
  PragmaOnce: 6,
  ShapedAsGuarded: 7,
  StatementWords: 8,
  StatementsAt: 9,
} as const;
const foundWords = 10;

let loaded: TextInstance | undefined;

const instance = (): TextInstance => (loaded ??= textInstance());

let view: Buffer | undefined;

function bytesOf({ buffer }: WebAssembly.Memory): Buffer {
  // Memory that has grown is another buffer.
  if (view?.buffer !== buffer) view = Buffer.from(buffer);
  return view;
}

const beyondLatin1 = /[^\0-\xff]/;
/** White space to C as to what reads it. */
const formFeed = 12;
const byteOrderMark = 0xfeff;
const plainChar = 0xff;

/** Writes a text into the module's memory, a byte for each code unit. Whether each is as it stands. */
function write(text: string, { memory, reserve }: TextInstance): boolean {
  const at = reserve(text.length);
  const bytes = bytesOf(memory);
  if (!beyondLatin1.test(text)) {
    bytes.write(text, at, text.length, 'latin1');
    return true;
  }
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    bytes[at + index] = char < 256 ? char : char === byteOrderMark ? formFeed : plainChar;
  }
  return false;
}

function foundIn({ memory, found }: TextInstance): Int32Array {
  return new Int32Array(memory.buffer, found(), foundWords);
}

/** One pass over a C text, in WebAssembly: that runs at full speed from the first file on. */
export function scanDirectives(text: string): ScannedDirectives {
  const module = instance();
  return found(module, text.length, write(text, module));
}

/** The same for a text of ASCII characters that is not a string. */
export function scanBytes(text: Uint8Array): ScannedDirectives {
  const module = instance();
  const at = module.reserve(text.length);
  bytesOf(module.memory).set(text, at);
  return found(module, text.length, true);
}

function found(module: TextInstance, length: number, isExact: boolean): ScannedDirectives {
  module.directives(length);
  const words = foundIn(module);
  const bytes = bytesOf(module.memory);
  const word = (which: number): number => words[which] ?? 0;
  const text = (at: number, size: number): string => bytes.toString('latin1', at, at + size);
  const count = word(Found.Records) * wordsInRecord;
  return {
    records: new Int32Array(module.memory.buffer, word(Found.RecordsAt), count).slice(),
    lines: text(word(Found.LinesAt), word(Found.LinesLength)),
    isExact,
    names: text(word(Found.NamesAt), word(Found.NamesLength)),
    hasPragmaOnce: word(Found.PragmaOnce) === 1,
    isShapedAsGuarded: word(Found.ShapedAsGuarded) === 1,
  };
}

/**
 * The top-level statements of a file, as flat triples: start, where its body begins (the brace of a function, struct or
 * the like; its end where it has none), end. Directives may lie inside one. 0-based UTF-16 code units.
 *
 * Braces that open in one `#if` and close in another leave a body open to the end of the file or of the branch. In such a
 * file a `}` at the margin closes a body, as kernels are indented.
 */
export function scanStatements(text: string): Int32Array {
  const module = instance();
  write(text, module);
  module.statements(text.length);
  const words = foundIn(module);
  const [at, count] = [words[Found.StatementsAt] ?? 0, words[Found.StatementWords] ?? 0];
  return new Int32Array(module.memory.buffer, at, count).slice();
}
