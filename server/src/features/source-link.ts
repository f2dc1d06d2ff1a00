import type { Href } from './picture/flow-text';

/** `{path}` is the absolute path, `{file}` that from the root, `{line}` counts from 1. */
const templates: Readonly<Record<string, string>> = {
  file: 'file://{path}',
  vscode: 'vscode://file{path}:{line}',
};

/** A path as a part of an address. Brackets and the like are allowed there, but end a link in Markdown. */
const spelled = (path: string): string =>
  path
    .replace(loneSurrogates, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);

const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Addresses of source lines: `none`, `file` (the file on this disk), `vscode` (opens the editor), or a template such as
 * `https://elixir.bootlin.com/linux/v6.1/source/{file}#L{line}`. `undefined`: it is none of these.
 */
export function sourceLink(root: string, wanted: string): Href | undefined {
  if (wanted === 'none') return () => undefined;
  const template = templates[wanted] ?? wanted;
  if (!/^(https?|file|vscode|vscodium|vscode-insiders|idea|editor):\/\/.*\{(file|path)\}/.test(template))
    return undefined;
  return (file, line) =>
    template
      .replaceAll('{path}', spelled(`${root}/${file}`))
      .replaceAll('{file}', spelled(file))
      .replaceAll('{line}', String(line));
}
