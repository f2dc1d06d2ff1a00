import { createHash } from 'node:crypto';
import {
  type CancellationToken,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentDiagnosticReport,
  LSPErrorCodes,
  ResponseError,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { allRules } from '../checks/all-rules';
import { unknownRules } from '../checks/check-snapshot';
import type { Finding } from '../checks/rule';
import { projectFileName } from '../watchers/project-file';
import type { FileProblem } from '../watchers/project-file-problems';
import type { Session } from '../workspace/session';
import { noFindings, type Checking, type Findings } from './checking';
import { protocolRange, uriIn, type Context } from './context';
import { linesOf, rangeAt } from './positions';
import type { Handle } from './handle';
import { pathOf } from './uris';
import { documentDiagnosticParams, workspaceDiagnosticParams } from './params';

const severity = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** Milliseconds for edits to be worked in. */
const longestWait = 1000;

export const diagnosticSource = 'task-watchers';

/** A finding as the protocol has it; `undefined`: its file is gone by now. */
export function diagnosticOf(
  context: Context,
  session: Session,
  findings: Findings,
  finding: Finding,
): Diagnostic | undefined {
  const [view] = findings.views;
  const file = view?.source(finding.file);
  if (!view || !file) return undefined;
  const related = finding.related.flatMap(({ file: path, range, message }) => {
    const source = view.source(path);
    return source
      ? [
          {
            location: { uri: uriIn(context, session, path), range: protocolRange(context, source, range) },
            message,
          },
        ]
      : [];
  });
  return {
    range: protocolRange(context, file, finding.range),
    severity: severity[finding.severity],
    code: finding.rule,
    source: diagnosticSource,
    message: finding.message,
    ...(related.length === 0 || !context.client.relatedInformation ? {} : { relatedInformation: related }),
  };
}

export function diagnosticsIn(
  context: Context,
  session: Session,
  findings: Findings,
  path: string,
): readonly Diagnostic[] {
  if (path === projectFileName) return projectDiagnostics(context, session);
  return (findings.byFile.get(path) ?? []).flatMap(
    (finding) => diagnosticOf(context, session, findings, finding) ?? [],
  );
}

/** What is wrong in the project file, as `tw-index` says it. */
function projectDiagnostics(context: Context, session: Session): readonly Diagnostic[] {
  const { text, problems } = session.projectProblems();
  const kernel = session.kernel();
  const lines = linesOf(text);
  const shown = (problem: FileProblem, level: DiagnosticSeverity): Diagnostic => ({
    range: rangeAt(lines, problem.range, context.client.encoding),
    severity: level,
    source: diagnosticSource,
    message: problem.message,
  });
  return [
    // Without a kernel they are why there is none.
    ...problems.map((problem) =>
      shown(problem, kernel ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error),
    ),
    ...(kernel ? unknownRules(kernel.project, allRules) : []).map((problem) =>
      shown(problem, DiagnosticSeverity.Error),
    ),
  ];
}

/** The files in which something is wrong, relative to the root. */
const filesIn = (context: Context, session: Session, { byFile }: Findings): readonly string[] => [
  ...byFile.keys(),
  ...(projectDiagnostics(context, session).length > 0 ? [projectFileName] : []),
];

/** The same diagnostics have the same id, in another session too. */
const resultId = (diagnostics: readonly Diagnostic[]): string =>
  createHash('sha1').update(JSON.stringify(diagnostics)).digest('base64url').slice(0, 16);

/** Sends what changed to clients that do not ask for it. */
export interface Publisher {
  publish(session: Session, findings: Findings): void;
  /** A kernel was closed: nothing is wrong in it any more. */
  forget(root: string): void;
}

export function publisher(
  context: () => Context,
  send: (params: { uri: string; version?: number; diagnostics: Diagnostic[] }) => void,
): Publisher {
  /** By root, then by file: what was sent last. */
  const sent = new Map<string, Map<string, { readonly uri: string; readonly id: string }>>();
  return {
    publish(session, findings) {
      const before = sent.get(session.root) ?? new Map<string, { uri: string; id: string }>();
      sent.set(session.root, before);
      for (const path of new Set([...before.keys(), ...filesIn(context(), session, findings)])) {
        const diagnostics = diagnosticsIn(context(), session, findings, path);
        const uri = uriIn(context(), session, path);
        const last = before.get(path);
        const id = resultId(diagnostics);
        if (last !== undefined && last.uri !== uri) send({ uri: last.uri, diagnostics: [] });
        else if (last?.id === id) continue;
        if (diagnostics.length === 0) before.delete(path);
        else before.set(path, { uri, id });
        const version = context().documents.get(uri)?.version;
        send({ uri, diagnostics: [...diagnostics], ...(version === undefined ? {} : { version }) });
      }
    },
    forget(root) {
      for (const { uri } of sent.get(root)?.values() ?? []) send({ uri, diagnostics: [] });
      sent.delete(root);
    },
  };
}

/** `textDocument/diagnostic` and `workspace/diagnostic`: clients that ask. */
export function diagnosticRequests(
  context: Context,
  checkingOf: (session: Session) => Checking,
  handle: Handle,
): void {
  const currentFindings = async (session: Session, token: CancellationToken): Promise<Findings> => {
    const begun = context.settings().families.filter((family) => session.view(family));
    // One that an edit keeps busy for long does not hold up the others.
    if (begun.length > 0 && !begun.some((family) => session.isCurrent(family)))
      await Promise.race(begun.map((family) => session.currentView(family, longestWait)));
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    return (await checkingOf(session).current()) ?? noFindings;
  };
  handle('textDocument/diagnostic', async (params, token): Promise<DocumentDiagnosticReport> => {
    const { textDocument, previousResultId } = documentDiagnosticParams.parse(params);
    const path = pathOf(textDocument.uri);
    const at = path === undefined ? undefined : context.roots.locate(path);
    const items = at
      ? diagnosticsIn(context, at.session, await currentFindings(at.session, token), at.path)
      : [];
    const id = resultId(items);
    return id === previousResultId
      ? { kind: 'unchanged', resultId: id }
      : { kind: 'full', resultId: id, items: [...items] };
  });
  handle('workspace/diagnostic', async (params, token): Promise<WorkspaceDiagnosticReport> => {
    const { previousResultIds } = workspaceDiagnosticParams.parse(params);
    const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    for (const session of context.roots.sessions()) {
      const findings = await currentFindings(session, token);
      for (const path of filesIn(context, session, findings)) {
        const uri = uriIn(context, session, path);
        const diagnostics = diagnosticsIn(context, session, findings, path);
        const id = resultId(diagnostics);
        const version = context.documents.get(uri)?.version ?? null;
        items.push(
          previous.get(uri) === id
            ? { kind: 'unchanged', uri, version, resultId: id }
            : { kind: 'full', uri, version, resultId: id, items: [...diagnostics] },
        );
        previous.delete(uri);
      }
    }
    // What had findings before and has none now, deleted files among them.
    const none = resultId([]);
    for (const [uri, id] of previous) {
      const version = context.documents.get(uri)?.version ?? null;
      items.push(
        id === none
          ? { kind: 'unchanged', uri, version, resultId: id }
          : { kind: 'full', uri, version, resultId: none, items: [] },
      );
    }
    return { items };
  });
}
