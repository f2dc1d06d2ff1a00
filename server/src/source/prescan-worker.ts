import { parentPort, workerData } from 'node:worker_threads';
import { isShare, runShare } from './prescan-share';

const share: unknown = workerData;
if (isShare(share)) parentPort?.postMessage(runShare(share));
