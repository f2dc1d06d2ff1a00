import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { runShare } from './prescan-share';

const shareSchema = z.object({
  root: z.string(),
  needles: z.array(z.string()),
  exclude: z.array(z.string()),
  parts: z.array(z.object({ kind: z.enum(['folder', 'own-files', 'files']), paths: z.array(z.string()) })),
  next: z.instanceof(Int32Array),
});

parentPort?.postMessage(runShare(shareSchema.parse(workerData)));
