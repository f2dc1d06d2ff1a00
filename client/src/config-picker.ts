import { type QuickPickItem, Uri, window } from 'vscode';
import { wantedKernel } from './open-root';
import { configsSchema } from './protocol';
import type { ServerSession } from './session';

interface Choice extends QuickPickItem {
  readonly config: string | null;
  readonly buildDir: string | null;
}

/** Lets the user pick the configuration that slots are computed for, and applies it for this session. */
export async function selectConfig(session: ServerSession): Promise<void> {
  const wanted = wantedKernel(session);
  const found = await session.requests.json('taskWatchers.configs', wanted, configsSchema);
  if (!found) throw new Error('no kernel is open');
  const choices: Choice[] = found.configs.map(({ title, path, current, arch, buildDir }) => ({
    label: `${current ? '$(check) ' : ''}${title}`,
    description: path === title ? (arch ?? '') : path,
    config: path,
    buildDir: buildDir ?? null,
  }));
  const browse: Choice = { label: '$(folder-opened) Another file…', config: null, buildDir: null };
  const reset: Choice = { label: '$(discard) As in the settings', config: null, buildDir: null };
  const picked = await window.showQuickPick([...choices, browse, reset], {
    title: 'Which kernel configuration?',
    placeHolder: 'Slots are those of a kernel built with it',
    matchOnDescription: true,
  });
  if (!picked) return;
  const config = picked === browse ? await browsed() : picked.config;
  if (config === undefined) return;
  await session.selectConfig({
    ...wanted,
    config,
    buildDir: picked.buildDir,
  });
}

async function browsed(): Promise<string | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: 'Kernel configuration (.config)',
      openLabel: 'Use',
      canSelectMany: false,
    })) ?? [];
  return file instanceof Uri ? file.fsPath : undefined;
}
