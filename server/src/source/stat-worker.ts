import { workerData } from 'node:worker_threads';
import { isStatShare, statShare } from './stat-files';

if (isStatShare(workerData)) statShare(workerData);
