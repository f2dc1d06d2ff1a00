import { createHash } from 'node:crypto';
import { element, escaped } from './picture/markup';
import { colourRules, pictureStyle } from './picture/style-sheet';

/** Widths in which a picture is drawn for a page, narrowest first; the reader sees the one that fits. */
const pictureWidths = [340, 700, 1080] as const;

const pageStyle = `${colourRules(':root')}
*{box-sizing:border-box}
body{margin:0;padding:32px 24px 64px;color:var(--tw-ink);background:var(--tw-ground);font:15px/1.55 var(--vscode-font-family, system-ui),system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1128px;margin:0 auto}
h1{margin:0 0 4px;font-size:26px;font-weight:600;line-height:1.25}
h2{margin:56px 0 8px;padding-top:20px;border-top:1px solid var(--tw-line);font-size:20px;font-weight:600;line-height:1.3}
h3{margin:32px 0 4px;font-size:15px;font-weight:600}
p{margin:0 0 12px;max-width:76ch}
.lead,.quiet,th,figcaption{color:var(--tw-quiet)}
.error{color:var(--tw-error)}
.doubt{color:var(--tw-doubt)}
code,.code{font-family:var(--vscode-editor-font-family, ui-monospace),ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em;overflow-wrap:anywhere}
a{color:inherit;text-decoration-color:var(--tw-line);text-underline-offset:3px}
a:hover{color:var(--tw-link);text-decoration-color:currentColor}
a:focus-visible,.scroll:focus-visible{outline:2px solid var(--tw-focus);outline-offset:2px}
nav ul{display:flex;flex-wrap:wrap;gap:4px 20px;margin:16px 0 0;padding:0;list-style:none}
.scroll{overflow-x:auto;margin:8px 0 16px}
table{border-collapse:collapse;font-size:14px;min-width:100%}
th{font-weight:400;font-size:13px;text-align:left}
th,td{padding:5px 20px 5px 0;border-bottom:1px solid color-mix(in srgb,var(--tw-line) 45%,transparent);vertical-align:top}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
tr:last-child td{border-bottom:0}
td .code,table.failures td,table.failures th{white-space:nowrap;overflow-wrap:normal}
table.failures td.error{white-space:normal;min-width:15em}
figure{container-type:inline-size;margin:16px 0 8px}
figure svg{display:none;max-width:100%}
figure svg.tw-size-0{display:block}
@container (min-width:${String(pictureWidths[1])}px){figure svg.tw-size-0{display:none}figure svg.tw-size-1{display:block}}
@container (min-width:${String(pictureWidths[2])}px){figure svg.tw-size-1{display:none}figure svg.tw-size-2{display:block}}
@media (max-width:640px){body{padding:20px 10px 48px}h2{margin-top:40px}}
@media print{body{padding:0}h2,h3{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}
.scroll{overflow:visible}table{font-size:11px}th,td{padding-right:8px}td .code,table.failures td.error{white-space:normal;overflow-wrap:anywhere;min-width:0}table.failures th{white-space:normal}}
${pictureStyle}`;

/** How every page of ours begins, of earlier versions too: what begins otherwise is not ours to write over. */
export const pageStart = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="`;

/**
 * A whole HTML page around `body` (markup). Self-contained: its policy allows its one style sheet, by hash, and nothing
 * else: no script, no image, no network.
 */
export function page(title: string, body: string): string {
  const hash = createHash('sha256').update(pageStyle).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return `${pageStart}${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** A picture in every width, of which a page shows the one that fits. `draw` gets a width and a prefix for ids. */
export function pictureInPage(id: string, draw: (width: number, id: string) => string): string {
  const drawings = pictureWidths.map((width, index) =>
    draw(width, `${id}-${String(index)}`).replace(
      'class="tw-picture"',
      `class="tw-picture tw-size-${String(index)}"`,
    ),
  );
  return element('figure', { id }, ...drawings);
}
