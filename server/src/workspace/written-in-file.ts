import { rememberByFile } from '../syntax/c/remember-by-file';
import { lineAt } from '../syntax/positions';
import { writtenCalls, type WrittenCall } from '../watchers/call-sites';
import type { Dispatcher } from '../watchers/family';
import type { NotifierRegistration } from '../watchers/snapshot';
import type { SourceFile } from '../syntax/c/unit';

/** What a source says of notifications, whatever other files say. */
export interface WrittenInFile {
  readonly calls: readonly WrittenCall[];
  readonly notifiers: readonly NotifierRegistration[];
}

export const writtenInFile = (file: SourceFile, dispatchers: readonly Dispatcher[]): WrittenInFile => ({
  calls: writtenCalls(file, dispatchers),
  notifiers: notifiersIn(file),
});

const notifierCall = /\bregister_task_watcher\s*\(\s*&?\s*\w+\s*\)/g;

/** June 2006: notifier chains instead of a table. */
const notifiersIn = rememberByFile((file): readonly NotifierRegistration[] =>
  file.text.includes('register_task_watcher')
    ? [...file.text.matchAll(notifierCall)].map((match) => ({
        file: file.path,
        line: lineAt(file.lineStarts, match.index),
        text: match[0].replace(/\s+/g, ' '),
      }))
    : [],
);
