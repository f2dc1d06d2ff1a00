import type { Range } from './positions';

/** A value in a JSON text, and where it and its parts stand. */
export interface JsonNode {
  readonly range: Range;
  /** As `JSON.parse` gives it. */
  readonly value: unknown;
  /** Of an object, by key. */
  readonly members: ReadonlyMap<string, JsonMember>;
  /** Of a list. */
  readonly items: readonly JsonNode[];
}

export interface JsonMember {
  /** The key with its quotes. */
  readonly key: Range;
  readonly node: JsonNode;
}

/** What makes a text no JSON, in words for the person who wrote it. */
export interface JsonProblem {
  readonly range: Range;
  readonly message: string;
}

/** Deeper than any settings; far less than what ends the stack. */
const deepest = 100;

const spaces = /[ \t\r\n]*/y;
const plainWord = /[\w$.+-]+/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
// eslint-disable-next-line no-control-regex -- these may not stand in a string
const string = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

const none: ReadonlyMap<string, JsonMember> = new Map();

/** Reads a JSON text. Stops at the first thing that is not JSON; a key that stands twice in an object counts as such. */
export function parseJson(text: string): { readonly node: JsonNode } | { readonly problem: JsonProblem } {
  let at = text.startsWith('\ufeff') ? 1 : 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const skip = (): void => {
    at += match(spaces)?.length ?? 0;
  };
  /** The word at hand, or one character. */
  const here = (): Range => ({
    start: at,
    end: at + (match(plainWord)?.length ?? Math.min(1, text.length - at)),
  });
  const wrong = (message: string, range = here()): JsonProblem => ({
    range,
    message: /^\/[/*]/.test(text.slice(at, at + 2)) ? 'JSON has no comments: take this one out' : message,
  });

  const readString = (): JsonNode | JsonProblem => {
    const start = at;
    const found = match(string);
    if (found === undefined) {
      const line = text.slice(at, (text.indexOf('\n', at) + 1 || text.length + 1) - 1).trimEnd();
      const isClosed = /^"(?:[^"\\]|\\.)*"/.test(line);
      const message = isClosed
        ? 'a string with a \\ or a character that JSON does not know'
        : 'a string without its closing "';
      return wrong(message, { start, end: start + line.length });
    }
    at += found.length;
    return { range: { start, end: at }, value: JSON.parse(found) as unknown, members: none, items: [] };
  };

  const readPlain = (): JsonNode | JsonProblem => {
    const start = at;
    const word = match(number) ?? match(plainWord);
    if (word === undefined || !(/^(?:true|false|null)$/.test(word) || match(number) === word)) {
      if (at >= text.length) return wrong('the file ends where a value should stand');
      if (word === undefined && !/['`]/.test(text.charAt(at)))
        return wrong(`a value should stand here, not ${text.charAt(at)}`);
      return wrong(
        'strings stand in double quotes, and nothing else is a value but numbers, true, false and null',
      );
    }
    at += word.length;
    return { range: { start, end: at }, value: JSON.parse(word) as unknown, members: none, items: [] };
  };

  /** Reads up to `close`, one part and a comma at a time. */
  const readParts = (close: string, readPart: () => JsonProblem | undefined): JsonProblem | undefined => {
    at += 1;
    skip();
    if (text.charAt(at) === close) {
      at += 1;
      return undefined;
    }
    for (;;) {
      const problem = readPart();
      if (problem) return problem;
      skip();
      const mark = text.charAt(at);
      if (mark === close) {
        at += 1;
        return undefined;
      }
      if (mark === '') return wrong(`the file ends before the closing ${close}`);
      if (mark !== ',') return wrong(`a comma or ${close} should stand here`);
      const comma = { start: at, end: at + 1 };
      at += 1;
      skip();
      if (text.charAt(at) === close) return wrong(`JSON allows no comma before ${close}: take it out`, comma);
    }
  };

  const readObject = (depth: number): JsonNode | JsonProblem => {
    const start = at;
    const members = new Map<string, JsonMember>();
    const problem = readParts('}', () => {
      if (text.charAt(at) !== '"')
        return wrong(
          at < text.length
            ? 'a key in double quotes should stand here'
            : 'the file ends before the closing }',
        );
      const key = readString();
      if (isProblem(key)) return key;
      const name = String(key.value);
      if (members.has(name)) return wrong(`"${name}" stands here a second time: only one counts`, key.range);
      skip();
      if (text.charAt(at) !== ':') return wrong(`a colon should stand behind "${name}"`);
      at += 1;
      skip();
      const node = readValue(depth);
      if (isProblem(node)) return node;
      members.set(name, { key: key.range, node });
      return undefined;
    });
    if (problem) return problem;
    const value = Object.fromEntries([...members].map(([name, { node }]) => [name, node.value]));
    return { range: { start, end: at }, value, members, items: [] };
  };

  const readList = (depth: number): JsonNode | JsonProblem => {
    const start = at;
    const items: JsonNode[] = [];
    const problem = readParts(']', () => {
      const node = readValue(depth);
      if (isProblem(node)) return node;
      items.push(node);
      return undefined;
    });
    if (problem) return problem;
    return { range: { start, end: at }, value: items.map(({ value }) => value), members: none, items };
  };

  const readValue = (depth: number): JsonNode | JsonProblem => {
    if (depth > deepest) return wrong('nested too deep');
    switch (text.charAt(at)) {
      case '{':
        return readObject(depth + 1);
      case '[':
        return readList(depth + 1);
      case '"':
        return readString();
      default:
        return readPlain();
    }
  };

  skip();
  const node = readValue(0);
  if (isProblem(node)) return { problem: node };
  skip();
  if (at < text.length) return { problem: wrong('nothing may stand behind the end of the value') };
  return { node };
}

const isProblem = (read: JsonNode | JsonProblem): read is JsonProblem => 'message' in read;

/** The value at `path`: keys, and positions in lists. `undefined`: there is none. */
export function jsonAt(node: JsonNode, path: readonly PropertyKey[]): JsonNode | undefined {
  let at: JsonNode | undefined = node;
  for (const step of path)
    at = typeof step === 'number' ? at?.items[step] : at?.members.get(String(step))?.node;
  return at;
}
