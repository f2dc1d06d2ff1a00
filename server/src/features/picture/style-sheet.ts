import { typeSizes } from './type-sizes';

const fonts = {
  code: 'var(--vscode-editor-font-family, ui-monospace), ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  prose:
    'var(--vscode-font-family, system-ui), system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
} as const;

/** What each colour is by day and by night, and the name under which VS Code's themes have it. */
const colours = {
  ground: ['#ffffff', '#16191d', '--vscode-editor-background'],
  ink: ['#1f2328', '#e3e7ec', '--vscode-editor-foreground'],
  quiet: ['#59636e', '#9aa5b1', '--vscode-descriptionForeground'],
  line: ['#b4bdc7', '#4b5560', '--vscode-editorIndentGuide-activeBackground1'],
  wash: ['#f3f5f8', '#1f242a', '--vscode-list-hoverBackground'],
  link: ['#0a5ad0', '#7db4ff', '--vscode-textLink-foreground'],
  error: ['#c4232f', '#ff7a72', '--vscode-errorForeground'],
  doubt: ['#8f5b00', '#e2b04a', '--vscode-editorWarning-foreground'],
  focus: ['#0a5ad0', '#7db4ff', '--vscode-focusBorder'],
} as const;

/** The colours as custom properties of `selector`: the reader's theme where there is one, else by day and night. */
export function colourRules(selector: string): string {
  const rule = (index: 0 | 1): string =>
    `${selector}{${Object.entries(colours)
      .map(([name, of]) => `--tw-${name}:var(${of[2]}, ${of[index]})`)
      .join(';')}}`;
  return `${selector}{color-scheme:light dark}${rule(0)}@media (prefers-color-scheme:dark){${rule(1)}}`;
}

const textRules = Object.entries(typeSizes)
  .map(
    ([name, { size, face, bold }]) =>
      `.tw-picture .tw-${name}{font:${bold ? '600' : '400'} ${String(size)}px ${fonts[face]}}`,
  )
  .join('');

/** The style of every picture; once in a page is enough. */
export const pictureStyle = `${colourRules('.tw-picture')}
.tw-picture text{fill:var(--tw-ink);white-space:pre}
${textRules}
.tw-picture .tw-ground{fill:var(--tw-ground)}
.tw-picture .tw-quiet,.tw-picture .tw-of-skipped text,.tw-picture .tw-of-skipped tspan{fill:var(--tw-quiet)}
.tw-picture .tw-error{fill:var(--tw-error)}
.tw-picture .tw-doubt{fill:var(--tw-doubt)}
.tw-picture .tw-jump{fill:var(--tw-ink);font-style:italic}
.tw-picture .tw-rail{fill:none;stroke:var(--tw-line);stroke-width:2;stroke-linecap:butt}
.tw-picture .tw-rail-error{stroke:var(--tw-error);stroke-width:2.5}
.tw-picture .tw-rail-off{stroke-dasharray:2 5}
.tw-picture .tw-rail-jump{stroke-dasharray:5 4}
.tw-picture .tw-arrow{fill:var(--tw-line)}
.tw-picture .tw-arrow-error{fill:var(--tw-error)}
.tw-picture .tw-mark{fill:var(--tw-ground);stroke:var(--tw-quiet);stroke-width:1.5}
.tw-picture .tw-is-failed,.tw-picture .tw-is-end-failed{fill:var(--tw-error);stroke:var(--tw-error)}
.tw-picture .tw-is-open{stroke:var(--tw-doubt);stroke-width:2}
.tw-picture .tw-is-skipped{stroke-dasharray:3 3}
.tw-picture .tw-is-end{fill:var(--tw-quiet)}
.tw-picture .tw-in-failed{fill:var(--tw-ground)}
.tw-picture .tw-is-node{stroke:var(--tw-line);stroke-width:2}
.tw-picture .tw-is-node-failed{stroke:var(--tw-error);stroke-width:2}
.tw-picture .tw-dot{fill:var(--tw-line)}
.tw-picture .tw-dot-node-failed{fill:var(--tw-error)}
.tw-picture .tw-halo{fill:transparent;stroke:transparent;stroke-width:1.5}
.tw-picture .tw-station:hover>.tw-halo{fill:var(--tw-wash)}
.tw-picture .tw-station:focus{outline:none}
.tw-picture .tw-station:focus-visible>.tw-halo,.tw-picture .tw-link:focus-visible{stroke:var(--tw-focus)}
.tw-picture .tw-link:focus-visible{outline:1.5px solid var(--tw-focus);stroke:none}
.tw-picture .tw-link{cursor:pointer}
.tw-picture .tw-link:hover tspan{fill:var(--tw-link);text-decoration:underline}
@media (forced-colors:active){.tw-picture{--tw-ground:Canvas;--tw-ink:CanvasText;--tw-quiet:CanvasText;--tw-line:CanvasText;--tw-error:CanvasText;--tw-doubt:CanvasText;--tw-link:LinkText;--tw-focus:Highlight}}
@media print{.tw-picture .tw-halo{display:none}}`;
