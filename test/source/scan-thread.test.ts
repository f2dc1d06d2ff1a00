import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../server/src/source/scan-thread';

describe('a thread that scans', () => {
  it('ends by itself: one that is terminated while its code is being compiled takes the process with it', async () => {
    const started = once(process, 'worker');
    const thread = startThread();
    const [worker] = (await started) as [Worker];
    const next = new Int32Array(new SharedArrayBuffer(8));
    const wishes = { exclude: [], logged: false, includes: false, listed: false };
    await thread.run({ root: __dirname, needles: ['x'], parts: [], next, ...wishes });
    const ended = once(worker, 'exit');
    thread.end();
    worker.ref();
    assert.deepEqual(await ended, [0]);
  });
});
