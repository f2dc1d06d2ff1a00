import { print } from './terminal';

/** A table of a family lies so deep in what is printed: events, one event, its entries, one entry. */
const takenApart = 4;
/** UTF-16 code units that are gathered before they are written. */
const gathered = 256 * 1024;

/**
 * Writes `JSON.stringify(value, null, 2)` and a newline. Ten thousand registrations are twenty megabytes of it, which
 * are never there as a whole.
 */
export async function printJson(value: unknown): Promise<void> {
  let waiting: string[] = [];
  let length = 0;
  for (const piece of jsonPieces(value, takenApart, '\n')) {
    waiting.push(piece);
    length += piece.length;
    if (length < gathered) continue;
    await print(waiting.join(''));
    waiting = [];
    length = 0;
  }
  await print(`${waiting.join('')}\n`);
}

/** What joined is `JSON.stringify(value, null, 2)`. `newline`: with the margin that every line but the first has. */
export function* jsonPieces(value: unknown, depth: number, newline: string): Generator<string, void> {
  if (depth === 0 || typeof value !== 'object' || value === null || 'toJSON' in value) {
    // No text in JSON holds a newline: these are all between its lines.
    yield textOf(value).replaceAll('\n', newline);
    return;
  }
  const isList = Array.isArray(value);
  const inner = `${newline}  `;
  let before = isList ? '[' : '{';
  for (const [name, member] of Object.entries(value)) {
    if (!isList && member === undefined) continue;
    yield `${before}${inner}${isList ? '' : `${JSON.stringify(name)}: `}`;
    yield* jsonPieces(member, depth - 1, inner);
    before = ',';
  }
  if (before === ',') yield `${newline}${isList ? ']' : '}'}`;
  else yield isList ? '[]' : '{}';
}

/** In a list, what JSON cannot say is null. */
const textOf = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value, null, 2));
