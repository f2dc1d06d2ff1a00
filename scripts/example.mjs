// What the README's first command shows: the example kernel's tables, findings, and one dispatch.
import { spawnSync } from 'node:child_process';

const root = 'test/fixtures/example-kernel';
const runs = [
  ['table', '--all'],
  ['check'],
  ['dispatch', 'INIT', '--val', 'CLONE_VM|CLONE_SYSVSEM', '--fail', 'copy_semundo'],
];
for (const words of runs) {
  const quoted = words.map((word) => (/[^\w-]/.test(word) ? `'${word}'` : word)).join(' ');
  console.log(`$ tw-index ${quoted} --root ${root}`);
  const { status } = spawnSync(process.execPath, ['server/bin/tw-index.js', ...words, '--root', root], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  console.log();
}
