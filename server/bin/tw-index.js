#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join, resolve } = require('node:path');

if (existsSync(join(__dirname, '../dist/tw-index.js'))) require('../dist/tw-index.js');
else {
  // A clone in which nothing was built yet.
  const folder = resolve(__dirname, '../..');
  process.stderr.write(`tw-index: not built: run \`npm ci && npm run build\` in ${folder}\n`);
  process.exitCode = 2;
}
