import { ExecuteCommandRequest, type LanguageClient } from 'vscode-languageclient/node';
import type { z } from 'zod';
import { commandResultSchema, tablesSchema, type Tables } from './protocol';

/** What the rest of the extension asks the server. Each rejects with one clear line where the server cannot answer. */
export interface Requests {
  tables(wanted: { readonly root?: string; readonly family?: string }): Promise<Tables | undefined>;
  /** The answer of a server command (docs/protocol.md); `undefined`: no kernel is open. */
  command(name: string, argument: object): Promise<CommandResult | undefined>;
  /** The JSON half of such an answer, checked. */
  json<T>(name: string, argument: object, schema: z.ZodType<T>): Promise<T | undefined>;
}

export interface CommandResult {
  readonly markdown: string;
  readonly json?: unknown;
}

export function requestsTo(client: () => LanguageClient | undefined): Requests {
  const running = (): LanguageClient => {
    const current = client();
    if (!current)
      throw new Error('The Task Watchers server is not running: open a folder with a kernel tree.');
    return current;
  };
  const command: Requests['command'] = async (name, argument) => {
    const answer: unknown = await running().sendRequest(ExecuteCommandRequest.type, {
      command: name,
      arguments: [argument],
    });
    return commandResultSchema.parse(answer) ?? undefined;
  };
  return {
    command,
    async tables(wanted) {
      const answer: unknown = await running().sendRequest('taskWatchers/tables', wanted);
      return tablesSchema.nullable().parse(answer) ?? undefined;
    },
    async json(name, argument, schema) {
      const answer = await command(name, argument);
      return answer === undefined ? undefined : schema.parse(answer.json);
    },
  };
}
