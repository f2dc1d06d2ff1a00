import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { workspace } from 'vscode';

/** What every kernel tree has, as the server looks for it too. */
const evidence = ['Makefile', 'arch', 'include', 'init/main.c', 'kernel'];

/** The opened folders that are a kernel tree or lie inside one. */
export async function kernelFolders(): Promise<readonly string[]> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const found = await Promise.all(
    folders.map(async ({ uri }) => ((await inKernel(uri.fsPath)) ? [uri.fsPath] : [])),
  );
  return found.flat();
}

async function inKernel(folder: string): Promise<boolean> {
  const there = await Promise.all(evidence.map((path) => exists(join(folder, path))));
  if (there.every(Boolean)) return true;
  const above = dirname(folder);
  return above === folder ? false : inKernel(above);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
