import { randomBytes } from 'node:crypto';
import { Uri, type Webview } from 'vscode';

/** The page around the preview: only its own script and style, nothing from anywhere else. */
export function previewPage(webview: Webview, extension: Uri): string {
  const file = (name: string): string =>
    webview.asWebviewUri(Uri.joinPath(extension, 'client', 'dist', name)).toString();
  const nonce = randomBytes(18).toString('base64');
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('preview.css')}">
<title>Dispatch preview</title>
</head>
<body>
<main id="preview"><p class="quiet">Simulating…</p></main>
<script nonce="${nonce}" src="${file('preview.js')}"></script>
</body>
</html>`;
}
