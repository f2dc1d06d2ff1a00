import { isAbsolute, relative, resolve } from 'node:path';
import { z } from 'zod';
import { failureTable } from '../dispatch/failure-table';
import { simulateDispatch, type DispatchRequest, type FailureRequest } from '../dispatch/simulate';
import type { CallSite, Snapshot } from '../watchers/snapshot';
import { dispatchText, failureTableText } from './dispatch-text';
import { exitStatus } from './exit-status';
import { Failure } from './failure';
import { loadCode } from './load-snapshot';
import { printNotes } from './notes-text';
import type { Settings } from './settings';
import { print, stylesFor } from './terminal';

const optionsSchema = z.object({
  at: z.string().optional(),
  val: z.string().optional(),
  fail: z.array(z.string()).default([]),
  eachFailure: z.boolean().default(false),
});

/** `dispatch`: simulates one notification. Exit status 2 where the question makes no sense in this tree. */
export async function runDispatch(
  event: string | undefined,
  settings: Settings,
  options: unknown,
): Promise<number> {
  const { at, val, fail, eachFailure } = optionsSchema.parse(options);
  const failures = fail.map(failureOf);
  const reader = await loadCode(settings, 'linked');
  const { snapshot } = reader;
  const site = at === undefined ? undefined : siteAt(snapshot, at);
  if (site && event !== undefined && site.event !== undefined && !isSameEvent(site.event, event))
    throw new Failure(`${at ?? ''} notifies ${site.event}, not ${event}`);
  const request: DispatchRequest = {
    ...(event === undefined ? {} : { event }),
    ...(site ? { site } : {}),
    ...(val === undefined ? {} : { val }),
    fail: failures,
  };
  const styles = stylesFor(settings.color, process.stdout);
  const about = { schema: 1, root: snapshot.root, config: snapshot.configFile ?? null };
  if (eachFailure) {
    const rows = failureTable(reader, request);
    if ('problem' in rows) throw new Failure(rows.problem);
    await print(
      settings.format === 'json'
        ? json({ ...about, failures: rows, notes: snapshot.notes })
        : failureTableText(rows, styles),
    );
  } else {
    const result = simulateDispatch(reader, request);
    if ('problem' in result) throw new Failure(result.problem);
    await print(settings.format === 'json' ? json({ ...about, ...result }) : dispatchText(result, styles));
  }
  if (settings.format !== 'json') printNotes(snapshot.notes, settings);
  return exitStatus.fine;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const isSameEvent = (one: string, other: string): boolean =>
  other.toUpperCase() === one.toUpperCase() || other.toUpperCase().endsWith(`_${one.toUpperCase()}`);

/** `copy_semundo`, `copy_semundo=ENOMEM`. */
function failureOf(text: string): FailureRequest {
  const match = /^(\w+)(?:=(-?\w+))?$/.exec(text.trim());
  const [, name, errno] = match ?? [];
  if (name === undefined) throw new Failure(`--fail ${text}: give a function, or FUNCTION=ERRNO`);
  return errno === undefined ? { function: name } : { function: name, errno };
}

/** The call site in a line; the path counts from the root, or from the current folder. */
function siteAt(snapshot: Snapshot, text: string): CallSite {
  const match = /^(.+):(\d+)(?::\d+)?$/.exec(text);
  const [, path, digits] = match ?? [];
  if (path === undefined || digits === undefined) throw new Failure(`--at ${text}: give FILE:LINE`);
  const line = Number(digits);
  const inside = relative(snapshot.root, resolve(path));
  const names = new Set([path, ...(isAbsolute(inside) || inside.startsWith('..') ? [] : [inside])]);
  const inFile = snapshot.callSites.filter(({ file }) => names.has(file));
  const site = inFile.find((one) => one.line === line);
  if (site) return site;
  const known = (inFile.length > 0 ? inFile : snapshot.callSites)
    .map((one) => `${one.file}:${String(one.line)}`)
    .join(', ');
  throw new Failure(`--at ${text}: nothing is notified there; call sites: ${known || 'none'}`);
}
