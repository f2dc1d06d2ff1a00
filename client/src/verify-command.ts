import { ProgressLocation, window } from 'vscode';
import { z } from 'zod';
import { showAnswer } from './documents';
import { wantedKernel } from './open-root';
import type { ServerSession } from './session';

const verdict = z.object({ equal: z.boolean() });

/** Compares the predicted tables with those in a built kernel that the user picks. The file is read, never run. */
export async function verifyAgainst(session: ServerSession): Promise<void> {
  const wanted = wantedKernel(session);
  const [file] =
    (await window.showOpenDialog({
      title: 'Built kernel (vmlinux) to compare with',
      openLabel: 'Compare',
      canSelectMany: false,
    })) ?? [];
  if (!file) return;
  const result = await window.withProgress(
    { location: ProgressLocation.Notification, title: `Reading ${file.fsPath}` },
    () => session.requests.command('taskWatchers.verify', { ...wanted, vmlinux: file.fsPath }),
  );
  if (!result) throw new Error('no kernel is open');
  await showAnswer('verify', result.markdown);
  const read = verdict.safeParse(result.json);
  if (read.success && read.data.equal)
    void window.showInformationMessage('Task Watchers: the tables are equal.');
}
