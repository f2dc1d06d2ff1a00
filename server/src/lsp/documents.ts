import { linesOf, offsetAt, type Encoding, type Lines } from './positions';
import type { DidChange, DidOpen } from './params';

/** A text document as the client has it. */
export interface OpenDocument extends Lines {
  /** As the client spells it. */
  readonly uri: string;
  readonly version: number;
  readonly languageId: string;
}

/** The client's open documents, by its URIs. */
export interface Documents {
  open(params: DidOpen): OpenDocument;
  /** `undefined`: the document is not open, so the change cannot be applied. */
  change(params: DidChange, encoding: Encoding): OpenDocument | undefined;
  close(uri: string): OpenDocument | undefined;
  get(uri: string): OpenDocument | undefined;
  all(): readonly OpenDocument[];
}

export function documents(): Documents {
  const known = new Map<string, OpenDocument>();
  const keep = (document: OpenDocument): OpenDocument => {
    known.set(document.uri, document);
    return document;
  };
  return {
    open: ({ textDocument: { uri, version, languageId, text } }) =>
      keep({ uri, version, languageId, ...linesOf(text) }),
    change({ textDocument: { uri, version }, contentChanges }, encoding) {
      const before = known.get(uri);
      if (!before) return undefined;
      let lines: Lines = before;
      for (const change of contentChanges) {
        if (change.range === undefined) {
          lines = linesOf(change.text);
          continue;
        }
        const from = offsetAt(lines, change.range.start, encoding);
        const to = Math.max(from, offsetAt(lines, change.range.end, encoding));
        lines = linesOf(lines.text.slice(0, from) + change.text + lines.text.slice(to));
      }
      return keep({ ...before, ...lines, version });
    },
    close(uri) {
      const before = known.get(uri);
      known.delete(uri);
      return before;
    },
    get: (uri) => known.get(uri),
    all: () => [...known.values()],
  };
}
