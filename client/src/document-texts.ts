import { type Disposable, DocumentLink, languages, Range, Uri } from 'vscode';
import { readableMarkdown, type TextLink } from './readable-markdown';

/** The links of documents, by their URIs. A document that takes another language is closed and opened: they stay. */
const linksOf = new Map<string, readonly TextLink[]>();
const mostKept = 64;

/** The text of a document made from Markdown; its links are remembered. */
export function readableText(uri: Uri, markdown: string): string {
  const { text, links } = readableMarkdown(markdown);
  const key = uri.toString();
  linksOf.delete(key);
  linksOf.set(key, links);
  const [oldest] = linksOf.keys();
  if (linksOf.size > mostKept && oldest !== undefined) linksOf.delete(oldest);
  return text;
}

/** Makes the places in such documents links. */
export function documentLinks(schemes: readonly string[]): Disposable {
  return languages.registerDocumentLinkProvider(
    schemes.map((scheme) => ({ scheme })),
    {
      provideDocumentLinks: ({ uri }) =>
        (linksOf.get(uri.toString()) ?? []).map(
          ({ line, start, end, target }) =>
            new DocumentLink(new Range(line, start, line, end), Uri.parse(target)),
        ),
    },
  );
}
