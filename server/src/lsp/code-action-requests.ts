import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node';
import { preferredEdits, preferredFix } from '../checks/apply-fixes';
import type { Finding, TextEdit } from '../checks/rule';
import type { Session } from '../workspace/session';
import type { Checking, Findings } from './checking';
import { documentViews, linesIn, type Context } from './context';
import { diagnosticOf } from './diagnostics';
import type { Handle } from './handle';
import { codeActionParams } from './params';
import { offsetAt } from './positions';
import { workspaceEdit } from './workspace-edit';

const fixAllKind = `${CodeActionKind.SourceFixAll}.taskWatchers`;
export const codeActionKinds = [CodeActionKind.QuickFix, CodeActionKind.SourceFixAll];

/** Quick fixes of the findings in a range, and all preferred ones of a file at once. */
export function codeActionRequests(
  context: Context,
  checkingOf: (session: Session) => Checking,
  handle: Handle,
): void {
  handle('textDocument/codeAction', async (params, token): Promise<CodeAction[] | null> => {
    const { textDocument, range, context: asked } = codeActionParams.parse(params);
    if (!context.client.codeActionLiterals) return null;
    // An empty list, or the empty kind, which all others belong to, asks for everything.
    const only = asked.only?.every((kind) => kind !== '') === true ? asked.only : [];
    const isBelow = (kind: string): boolean =>
      only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`));
    const at = await documentViews(context, textDocument.uri, token);
    const findings = at && (await checkingOf(at.session).current());
    const [view] = findings?.views ?? [];
    const file = view?.source(at?.path ?? '');
    if (!at || !findings || !view || !file) return null;
    const own = findings.byFile.get(at.path) ?? [];
    const start = offsetAt(linesIn(file), range.start, context.client.encoding);
    const end = offsetAt(linesIn(file), range.end, context.client.encoding);
    const here = own.filter((finding) => finding.range.start <= end && start <= finding.range.end);
    const actions: CodeAction[] = [];
    if (only.length === 0 || isBelow(CodeActionKind.QuickFix))
      actions.push(
        ...here.flatMap((finding) => quickFixes(context, at.session, findings, finding)),
        ...here.flatMap((finding) => suppression(context, at.session, findings, finding)),
      );
    // Offered on its own only where it is asked for (on save) or at a finding: else it would always be in the menu.
    if (isBelow(fixAllKind)) {
      const inFile = own.filter((finding) =>
        preferredFix(finding)?.edits.every((edit) => edit.file === at.path),
      );
      const edits = preferredEdits(inFile).get(at.path) ?? [];
      const edit = edits.length === 0 ? undefined : workspaceEdit(context, at.session, view, edits);
      if (edit) actions.push({ title: 'Fix all task watcher problems', kind: fixAllKind, edit });
    }
    return actions.length === 0 ? null : actions;
  });
}

function quickFixes(
  context: Context,
  session: Session,
  findings: Findings,
  finding: Finding,
): readonly CodeAction[] {
  const [view] = findings.views;
  const diagnostic = diagnosticOf(context, session, findings, finding);
  if (!view || !diagnostic) return [];
  return finding.fixes.flatMap((fix): readonly CodeAction[] => {
    const edit = workspaceEdit(context, session, view, fix.edits);
    if (!edit) return [];
    return [
      {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: fix.isPreferred,
        edit,
      },
    ];
  });
}

/** A comment on the line before that keeps the rule silent. */
function suppression(
  context: Context,
  session: Session,
  findings: Findings,
  finding: Finding,
): readonly CodeAction[] {
  const [view] = findings.views;
  const file = view?.source(finding.file);
  const diagnostic = diagnosticOf(context, session, findings, finding);
  if (!view || !file || !diagnostic || finding.rule === 'unknown-suppression') return [];
  const start = file.lineStarts[finding.line - 1] ?? 0;
  // In a macro's body a comment of its own line would end the macro.
  if (/\\\r?\n$/.test(file.text.slice(0, start))) return [];
  const indent = /^[ \t]*/.exec(file.text.slice(start))?.[0] ?? '';
  const newline = file.text.slice(0, 4096).includes('\r\n') ? '\r\n' : '\n';
  const edit: TextEdit = {
    file: finding.file,
    range: { start, end: start },
    text: `${indent}/* tw-ignore: ${finding.rule} */${newline}`,
  };
  const change = workspaceEdit(context, session, view, [edit]);
  if (!change) return [];
  return [
    {
      title: `Ignore ${finding.rule} here`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: false,
      edit: change,
    },
  ];
}
