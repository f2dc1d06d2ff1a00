import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputLog, type InputLog } from '../../server/src/source/input-log';
import { askingLog, inputsOf } from '../../server/src/source/kept-inputs';

describe('inputs that are asked about ahead', () => {
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tw-inputs-'));
    mkdirSync(join(root, 'kernel'));
    for (const name of ['kernel/a.c', 'kernel/b.c', 'Makefile']) writeFileSync(join(root, name), name);
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const search = (files: readonly string[]): Parameters<InputLog['searched']>[0] => ({
    root,
    needles: ['x'],
    includes: true,
    files,
    found: files.map((_, index) => index + 7),
    folders: ['', 'kernel'],
  });

  /** Also a file that was read and searched, one that is not there, and a folder that was listed, too. */
  const look = (log: InputLog): void => {
    log.file(join(root, 'Makefile'));
    log.file(join(root, 'kernel/b.c'));
    log.searched(search(['kernel/a.c', 'kernel/b.c', 'kernel/gone.c']));
    log.searched({ ...search(['kernel/b.c', 'Makefile']), needles: ['y'] });
    log.folder(join(root, 'kernel'), 5);
    log.file('/nowhere/at/all');
  };

  it('are those that are asked about afterwards', () => {
    const plain = inputLog();
    look(plain);
    const { log, ahead } = askingLog(inputLog(), 1);
    look(log);
    assert.equal(ahead()?.paths.count, 5);
    assert.deepEqual(inputsOf(log, undefined, ahead()), inputsOf(plain));
  });

  it('are asked about afterwards where a file was named twice, or there are few', () => {
    const twice = ['kernel/a.c', 'kernel/a.c', 'kernel/b.c'];
    const { log, ahead } = askingLog(inputLog(), 1);
    log.searched(search(twice));
    log.file(join(root, 'Makefile'));
    const plain = inputLog();
    plain.searched(search(twice));
    plain.file(join(root, 'Makefile'));
    assert.deepEqual(inputsOf(log, undefined, ahead()), inputsOf(plain));
    const few = askingLog(inputLog(), 4);
    few.log.searched(search(twice));
    assert.equal(few.ahead(), undefined);
  });
});
