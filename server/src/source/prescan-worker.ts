import { parentPort } from 'node:worker_threads';
import { isShare, runShare } from './prescan-share';

parentPort?.on('message', (share: unknown) => {
  if (isShare(share)) parentPort?.postMessage(runShare(share));
  // Nobody wants anything any more: without its port, the thread ends by itself.
  else parentPort?.close();
});
