import { lex } from '../syntax/c/lex';
import type { CheckContext } from './check-context';
import type { Prototype } from '../watchers/family';

const baseWords = new Set('void _Bool char short int long float double signed unsigned'.split(' '));
/** Kernel typedefs that are another spelling of a type of C. */
const sameAs: Readonly<Record<string, string>> = {
  ulong: 'unsigned long',
  uint: 'unsigned int',
  bool: '_Bool',
  u8: 'unsigned char',
  s8: 'signed char',
  u16: 'unsigned short',
  s16: 'short',
  u32: 'unsigned int',
  s32: 'int',
  __s32: 'int',
  __u32: 'unsigned int',
  int32_t: 'int',
  uint32_t: 'unsigned int',
  s64: 'long long',
  u64: 'unsigned long long',
  loff_t: 'long long',
  pid_t: 'int',
  task_t: 'struct task_struct',
};

/**
 * A type in one spelling: `long unsigned int` is `unsigned long`, `const` of the value itself does not count.
 * `undefined`: a typedef is in it of which nothing is known, so it cannot be compared.
 */
export function plainType(written: string): string | undefined {
  const found = plainTypes.get(written);
  if (found) return found.plain;
  if (plainTypes.size >= mostTypes) plainTypes.clear();
  const plain = inOneSpelling(written);
  plainTypes.set(written, { plain });
  return plain;
}

/** The same few types are asked for after every edit. */
const plainTypes = new Map<string, { readonly plain: string | undefined }>();
const mostTypes = 500;

function inOneSpelling(written: string): string | undefined {
  const tokens = lex(written)
    .map(({ text }) => text)
    .flatMap((text) => (sameAs[text] === undefined ? [text] : sameAs[text].split(' ')))
    .filter(
      (text) => text !== 'volatile' && text !== 'register' && text !== 'restrict' && text !== '__restrict',
    );
  const lastStar = tokens.lastIndexOf('*');
  const kept = tokens.filter((text, at) => text !== 'const' || at < lastStar);
  const words: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < kept.length; at++) {
    const text = kept[at] ?? '';
    if (baseWords.has(text)) words.push(text);
    else if (/^(?:struct|union|enum)$/.test(text)) rest.push(`${text} ${kept[++at] ?? ''}`);
    else if (text === '*' || text === 'const') rest.push(text);
    else return undefined;
  }
  return [...(words.length > 0 ? [baseType(words)] : []), ...rest].join(' ');
}

function baseType(words: readonly string[]): string {
  const longs = words.filter((word) => word === 'long').length;
  const unsigned = words.includes('unsigned') ? 'unsigned ' : '';
  if (words.includes('char')) return `${unsigned || (words.includes('signed') ? 'signed ' : '')}char`;
  if (words.includes('short')) return `${unsigned}short`;
  if (
    words.includes('double') ||
    words.includes('float') ||
    words.includes('_Bool') ||
    words.includes('void')
  )
    return words.join(' ');
  return `${unsigned}${longs > 0 ? Array.from({ length: longs }, () => 'long').join(' ') : 'int'}`;
}

/** Numbers of the type can be negative; `ssize_t` is `int` or `long`. */
export const isSigned = (written: string): boolean =>
  /^(?:ssize_t|short|int|long|long long)$/.test(plainType(written) ?? written.trim());

/** What the family's functions must look like in this tree: the tree's own typedef decides where it can be read. */
export function prototypeOf({ snapshot, source }: CheckContext): Prototype | undefined {
  const expected = snapshot.family.prototype;
  if (!expected) return undefined;
  const typedef = new RegExp(
    `\\btypedef\\s+([\\w\\s*]+?)\\s*\\(\\s*\\*?\\s*${expected.typedef}\\s*\\)\\s*\\(([^()]*)\\)\\s*;`,
  );
  for (const path of snapshot.candidates) {
    const match = path.endsWith('.h') ? typedef.exec(source(path)?.text ?? '') : null;
    if (!match) continue;
    const [, returnType = '', list = ''] = match;
    const written = list.trim() === 'void' || list.trim() === '' ? [] : list.split(',');
    const parameters = written.map((text, at) => {
      const { type, name } = splitParameter(text);
      return { type, name: name ?? expected.parameters[at]?.name ?? `arg${at}` };
    });
    return { typedef: expected.typedef, returnType: returnType.trim(), parameters };
  }
  return expected;
}

/** `unsigned long val` into its type and name; `unsigned long` has no name. */
function splitParameter(text: string): { readonly type: string; readonly name: string | undefined } {
  const match = /^(.*[\s*])([A-Za-z_]\w*)$/s.exec(text.trim());
  const [, before = '', last = ''] = match ?? [];
  const isName = match !== null && !baseWords.has(last) && !/\b(?:struct|union|enum)\s*$/.test(before);
  const type = (isName ? before : text).trim().replace(/\s+/g, ' ');
  return { type, name: isName ? last : undefined };
}
