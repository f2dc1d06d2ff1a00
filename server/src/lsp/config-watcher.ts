import { basename, dirname } from 'node:path';
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type FileSystemWatcher,
} from 'vscode-languageserver/node';
import { configFilesOf } from '../workspace/open-kernel';
import type { Session } from '../workspace/session';
import type { Client } from './client';
import { uriOf } from './uris';

/** Asks to be told of configurations that were chosen, wherever they are. Called whenever they may be others. */
export function configWatcher(
  connection: Connection,
  sessions: () => readonly Session[],
  failed: (error: unknown) => void,
): (client: Client) => void {
  let watched = '';
  let last: Promise<Disposable | undefined> = Promise.resolve(undefined);
  return (client) => {
    if (!client.watchedFiles) return;
    const chosen = sessions().filter((session) => {
      const { config, build } = session.choice();
      return config !== undefined || build !== undefined;
    });
    const files = [...new Set(chosen.flatMap((session) => configFilesOf(session.root, session.choice())))];
    if (files.join('\n') === watched) return;
    watched = files.join('\n');
    last = last
      .then((before) => {
        before?.dispose();
        if (files.length === 0) return undefined;
        return connection.client.register(DidChangeWatchedFilesNotification.type, {
          watchers: files.map((file) => watcherOf(client, file)),
        });
      })
      .catch((error: unknown) => {
        failed(error);
        return undefined;
      });
  };
}

const watcherOf = ({ relativePatterns }: Client, file: string): FileSystemWatcher => ({
  globPattern: relativePatterns
    ? { baseUri: uriOf(dirname(file)), pattern: basename(file) }
    : file.replace(/\\/g, '/'),
});
