import { type Diagnostic, DiagnosticSeverity, type Event, EventEmitter, FileDecoration } from 'vscode';
import { languages, ThemeColor, Uri, window } from 'vscode';
import { fileUri } from './places';
import type { Tables } from './protocol';

/** The `source` of our diagnostics. */
const source = 'task-watchers';
const scheme = 'task-watchers-entry';

/** Which registration an item of the view stands for: decorations hang on it, and never on the file itself. */
export const badgeUri = (
  root: string,
  { file, line }: { readonly file: string; readonly line: number },
): Uri => Uri.from({ scheme, path: fileUri(root, file).path, fragment: String(line) });

/** What was found at the registrations, drawn beside them; `onChange`: diagnostics came or went. */
export interface FindingBadges {
  readonly onChange: Event<void>;
  refresh(): void;
  dispose(): void;
}

export function findingBadges(shown: () => readonly Tables[]): FindingBadges {
  const changed = new EventEmitter<undefined>();
  const noticed = new EventEmitter<void>();
  const decorations = window.registerFileDecorationProvider({
    onDidChangeFileDecorations: changed.event,
    provideFileDecoration(uri) {
      if (uri.scheme !== scheme) return undefined;
      const found = findingsAt(Uri.file(uri.path), Number(uri.fragment));
      const color = colors.get(Math.min(...found.map(({ severity }) => severity)));
      if (color === undefined) return undefined;
      const badge = found.length > 9 ? '9+' : String(found.length);
      return new FileDecoration(badge, found.map(({ message }) => message).join('\n'), new ThemeColor(color));
    },
  });
  const diagnostics = languages.onDidChangeDiagnostics(({ uris }) => {
    const roots = shown().map(({ root }) => `${Uri.file(root).path}/`);
    if (!uris.some(({ path }) => roots.some((root) => path.startsWith(root)))) return;
    changed.fire(undefined);
    noticed.fire();
  });
  return {
    onChange: noticed.event,
    refresh() {
      changed.fire(undefined);
    },
    dispose() {
      decorations.dispose();
      diagnostics.dispose();
      changed.dispose();
      noticed.dispose();
    },
  };
}

/** A hint is no reason to colour anything: it has no badge. */
const colors: ReadonlyMap<number, string> = new Map([
  [DiagnosticSeverity.Error, 'list.errorForeground'],
  [DiagnosticSeverity.Warning, 'list.warningForeground'],
  [DiagnosticSeverity.Information, 'editorInfo.foreground'],
]);

const ours = (diagnostic: Diagnostic): boolean =>
  diagnostic.source === source && diagnostic.severity !== DiagnosticSeverity.Hint;

/** `line` is 1-based. */
const findingsAt = (file: Uri, line: number): readonly Diagnostic[] =>
  languages
    .getDiagnostics(file)
    .filter((diagnostic) => ours(diagnostic) && diagnostic.range.start.line === line - 1);

/** How many findings (hints apart) there are in the files of a kernel. */
export function findingsIn({ root }: Tables): number {
  const folder = `${Uri.file(root).path}/`;
  return languages
    .getDiagnostics()
    .filter(([uri]) => uri.path.startsWith(folder))
    .reduce((sum, [, diagnostics]) => sum + diagnostics.filter(ours).length, 0);
}
