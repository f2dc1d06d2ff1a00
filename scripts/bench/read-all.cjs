// Reads every .c, .h and .S below a folder and does nothing with it: what any tool in Node pays at least, on one thread.
'use strict';
const { closeSync, openSync, readdirSync, readSync } = require('node:fs');

const buffer = Buffer.allocUnsafe(1 << 20);

function read(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) read(path);
    else if (entry.isFile() && /\.[chS]$/.test(path)) {
      const file = openSync(path, 'r');
      while (readSync(file, buffer, 0, buffer.length, null) === buffer.length);
      closeSync(file);
    }
  }
}

read(process.argv[2]);
