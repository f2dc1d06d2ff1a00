import { parentPort } from 'node:worker_threads';
import { isStatShare, statShare } from './stat-files';

parentPort?.once('message', (share: unknown) => {
  if (isStatShare(share)) statShare(share);
});
