/** The import directions of ARCHITECTURE.md, one rule a line of it. A folder may use only the folders listed for it. */
const mayUse = {
  syntax: [],
  source: ['syntax'],
  kbuild: ['syntax', 'source/tree-reader'],
  link: ['syntax', 'kbuild'],
  watchers: ['syntax', 'source/tree-reader', 'kbuild', 'link'],
  dispatch: ['syntax', 'kbuild', 'link', 'watchers'],
  checks: ['syntax', 'kbuild', 'link', 'watchers', 'dispatch'],
  features: ['syntax', 'kbuild', 'link', 'watchers', 'dispatch', 'checks'],
  workspace: ['syntax', 'source', 'kbuild', 'link', 'watchers'],
  lsp: [
    'version',
    'v8-flags',
    'workspace',
    'syntax',
    'source',
    'kbuild',
    'link',
    'watchers',
    'dispatch',
    'checks',
    'features',
  ],
  cli: [
    'version',
    'v8-flags',
    'workspace',
    'syntax',
    'source',
    'kbuild',
    'link',
    'watchers',
    'dispatch',
    'checks',
    'features',
  ],
};

/** Uses that name one file instead of a folder. */
const singleFiles = ['source/tree-reader', 'version', 'v8-flags'];

const purePlaces = ['syntax', 'kbuild', 'link', 'watchers', 'dispatch', 'checks', 'features'];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(mayUse).map(([folder, uses]) => ({
      name: `${folder}-uses`,
      comment: `${folder}/ may use only: ${[folder, ...uses].join(', ')}`,
      severity: 'error',
      from: { path: `^server/src/${folder}/` },
      to: {
        path: '^server/src/',
        pathNot: `^server/src/(${[`${folder}/`, ...uses.map((use) => (singleFiles.includes(use) ? use : `${use}/`))].join('|')})`,
      },
    })),
    {
      name: 'pure-places-touch-no-disk',
      comment: 'only source/, cli/ and lsp/ touch the disk or the process',
      severity: 'error',
      from: { path: `^server/src/(${purePlaces.join('|')})/` },
      to: { path: '^(node:)?(fs|child_process|os|process|worker_threads|net|http|https)(/|$)' },
    },
    {
      name: 'no-program-is-run',
      comment: 'nothing anywhere runs a program or code from the opened tree, or uses the network',
      severity: 'error',
      from: { path: '^server/src/(?!lsp/)' },
      to: { path: '^(node:)?(child_process|net|http|https|dgram)(/|$)' },
    },
    {
      name: 'no-text-is-run',
      comment:
        'text becomes code only where our own bundles are loaded, and where V8 is asked for its collector',
      severity: 'error',
      from: { path: '^server/src/(?!(?:cli/load-compiled|lsp/resting)\\.ts$)' },
      to: { path: '^(node:)?vm(/|$)' },
    },
    {
      name: 'connection-only-in-lsp',
      severity: 'error',
      from: { path: '^server/src/(?!lsp/)' },
      to: { path: 'vscode-languageserver/(node|browser)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    exclude: '/(out|dist)/',
  },
};
