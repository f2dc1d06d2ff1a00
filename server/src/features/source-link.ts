import type { Href } from './picture/flow-text';

/** `{path}` is the absolute path, `{file}` that from the root, `{line}` counts from 1. */
const templates: Readonly<Record<string, string>> = {
  file: 'file://{path}',
  vscode: 'vscode://file{path}:{line}',
};

/**
 * Addresses of source lines: `none`, `file` (the file on this disk), `vscode` (opens the editor), or a template such as
 * `https://elixir.bootlin.com/linux/v6.1/source/{file}#L{line}`. `undefined`: it is none of these.
 */
export function sourceLink(root: string, wanted: string): Href | undefined {
  if (wanted === 'none') return () => undefined;
  const template = templates[wanted] ?? wanted;
  if (!/^(https?|file|vscode|vscodium|vscode-insiders|idea|editor):\/\/.*\{(file|path)\}/.test(template))
    return undefined;
  const spelled = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
  return (file, line) =>
    template
      .replaceAll('{path}', spelled(`${root}/${file}`))
      .replaceAll('{file}', spelled(file))
      .replaceAll('{line}', String(line));
}
