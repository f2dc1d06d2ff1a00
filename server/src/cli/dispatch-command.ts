import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { failureTable } from '../dispatch/failure-table';
import { simulateDispatch, type DispatchRequest, type FailureRequest } from '../dispatch/simulate';
import { withMeetings } from '../features/cleanup-meetings';
import { dispatchJson, failuresJson } from '../features/dispatch-json';
import { dispatchPage } from '../features/dispatch-page';
import { dispatchPicture } from '../features/dispatch-picture';
import { dispatchMarkdown } from '../features/dispatch-shown';
import { failuresHtml, failuresMarkdown } from '../features/failures-shown';
import { page } from '../features/page';
import type { Href } from '../features/picture/flow-text';
import { sourceLink } from '../features/source-link';
import type { DispatchResult, FailureRow } from '../dispatch/dispatch-result';
import type { CallSite, Snapshot } from '../watchers/snapshot';
import { dispatchText, failureTableText } from './dispatch-text';
import { statusOf } from './exit-status';
import { Failure } from './failure';
import { loadCode } from './load-code';
import { printNotes } from './notes-text';
import type { Settings } from './settings';
import { print, stylesFor } from './terminal';
import { namesInTree } from './tree-path';

const optionsSchema = z.object({
  at: z.string().optional(),
  val: z.string().optional(),
  fail: z.array(z.string()).default([]),
  eachFailure: z.boolean().default(false),
  link: z.string().default('file'),
});

/** `dispatch`: simulates one notification. Exit status 2 where the question makes no sense in this tree. */
export async function runDispatch(
  event: string | undefined,
  settings: Settings,
  options: unknown,
): Promise<number> {
  const { at, val, fail, eachFailure, link } = optionsSchema.parse(options);
  if (eachFailure && fail.length > 0)
    throw new Failure('--each-failure fails every watcher itself: leave out --fail');
  const failures = fail.map(failureOf);
  const twice = failures.find(
    (one, index) => failures.findIndex((other) => other.function === one.function) < index,
  );
  if (twice) throw new Failure(`--fail ${twice.function}: named twice; a watcher fails in one way`);
  if (val === '') throw new Failure('--val: is empty');
  if (event === '') throw new Failure('[event]: is empty');
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
  const { format } = settings;
  const href = hrefFor(snapshot, link);
  if (eachFailure) {
    const rows = failureTable(reader, request);
    if ('problem' in rows) throw new Failure(rows.problem);
    await print(format === 'text' ? failureTableText(rows, styles) : failuresAs(format, rows, snapshot));
  } else {
    const simulated = simulateDispatch(reader, request);
    if ('problem' in simulated) throw new Failure(simulated.problem);
    const result = withMeetings(snapshot, simulated);
    await print(
      format === 'text' ? dispatchText(result, styles) : dispatchAs(format, result, snapshot, href),
    );
  }
  if (format !== 'json') printNotes(snapshot.notes, settings);
  return statusOf(snapshot.notes);
}

function dispatchAs(format: string, result: DispatchResult, snapshot: Snapshot, href: Href): string {
  switch (format) {
    case 'markdown':
      return dispatchMarkdown(result, () => undefined);
    case 'svg':
      return `${dispatchPicture(result, { href })}\n`;
    case 'html':
      return dispatchPage(result, href);
    default:
      return json(dispatchJson(snapshot, result));
  }
}

function failuresAs(format: string, rows: readonly FailureRow[], snapshot: Snapshot): string {
  switch (format) {
    case 'markdown':
      return `${failuresMarkdown(rows)}\n`;
    case 'svg':
      throw new Failure('a table of failures is no picture: use --format html');
    case 'html':
      return page('Each failure in turn', failuresHtml(rows));
    default:
      return json(failuresJson(snapshot, rows));
  }
}

/** How `--link` spells addresses of source lines. */
export function hrefFor(snapshot: Snapshot, link: string): Href {
  const href = sourceLink(snapshot.root, link);
  if (href) return href;
  throw new Failure(
    `--link ${link}: give none, file, vscode, or an address (https, http, file, vscode, vscodium, vscode-insiders, idea, editor) with {file} or {path}, and {line}`,
  );
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const isSameEvent = (one: string, other: string): boolean =>
  other.toUpperCase() === one.toUpperCase() || other.toUpperCase().endsWith(`_${one.toUpperCase()}`);

/** `copy_semundo`, `copy_semundo=ENOMEM`. */
function failureOf(text: string): FailureRequest {
  const match = /^(\w+)(?:=(-?\w+))?$/.exec(text.trim());
  if (text === '') throw new Failure('--fail: is empty');
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
  const names = namesInTree(snapshot.root, path);
  const inFile = snapshot.callSites.filter(({ file }) => names.includes(file));
  const site = inFile.find((one) => one.line === line);
  if (site) return site;
  if (!names.some((name) => existsSync(join(snapshot.root, name))))
    throw new Failure(`--at ${text}: no such file in the tree`);
  const known = (inFile.length > 0 ? inFile : snapshot.callSites)
    .map((one) => `${one.file}:${String(one.line)}`)
    .join(', ');
  throw new Failure(`--at ${text}: nothing is notified there; call sites: ${known || 'none'}`);
}
