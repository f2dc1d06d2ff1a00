import { type CancellationToken, ErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { tableJson } from '../features/table-json';
import { tableMarkdown } from '../features/table-markdown';
import { tablesForViews, tablesNamed } from '../features/tables';
import { verifyJson, verifyMarkdown } from '../features/verify';
import { whyJson, whyMarkdown, whyObject } from '../features/why';
import { compareTables } from '../link/compare';
import { elfRequests, elfRequestsOf } from '../watchers/elf-requests';
import { noEvent } from '../watchers/family';
import { configurations } from '../workspace/configurations';
import { readTablesFrom } from '../workspace/elf-file';
import type { Kernel } from '../workspace/open-kernel';
import type { Session } from '../workspace/session';
import { linker, type Context } from './context';
import { dispatchCommand } from './dispatch-command';
import type { Handle } from './handle';
import { failed, sessionFor, viewOf } from './kernel-asked';
import {
  executeCommand,
  rootArguments,
  selectConfigArguments,
  tableArguments,
  tablesParams,
  verifyArguments,
  whyArguments,
} from './params';
import { previewRequest, tablesRequest, type CommandResult, type ConfigsJson } from './protocol';
import { pathOf } from './uris';

type Answer = (
  context: Context,
  argument: unknown,
  token: CancellationToken,
) => Promise<CommandResult | null> | CommandResult | null;

const commands: Readonly<Record<string, Answer>> = {
  'taskWatchers.table': table,
  'taskWatchers.dispatch': dispatchCommand,
  'taskWatchers.why': why,
  'taskWatchers.verify': verify,
  'taskWatchers.configs': configs,
  'taskWatchers.selectConfig': selectConfig,
  'taskWatchers.reindex': reindex,
};

export const commandNames = Object.keys(commands);

/** `workspace/executeCommand`, and the custom requests that answer the same. */
export function commandRequests(context: Context, handle: Handle): void {
  handle('workspace/executeCommand', (params, token) => {
    const { command, arguments: [argument] = [] } = executeCommand.parse(params);
    return runCommand(context, command, argument ?? {}, token);
  });
  handle(previewRequest, (params, token) => dispatchCommand(context, params ?? {}, token));
  handle(tablesRequest, async (params, token) => {
    const { root, family } = tablesParams.parse(params ?? {});
    const session = sessionFor(context, { root });
    if (!session) return null;
    const view = await viewOf(context, session, family, token);
    return tablesForViews(view, session.families(), session.state().kind === 'ready' && view.complete);
  });
}

/** Runs one of the commands by name. */
export async function runCommand(
  context: Context,
  command: string,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!run)
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      `no command ${command}; there are: ${commandNames.join(', ')}`,
    );
  return run(context, argument, token);
}

async function kernelOf(context: Context, session: Session, token: CancellationToken): Promise<Kernel> {
  const kernel = session.kernel();
  if (kernel) return kernel;
  await viewOf(context, session, undefined, token);
  const opened = session.kernel();
  if (!opened) throw failed(`${session.root}: not opened`);
  return opened;
}

async function table(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  const { uri, root, family, event, all } = tableArguments.parse(argument);
  const session = sessionFor(context, { uri, root });
  if (!session) return null;
  const view = await viewOf(context, session, family, token);
  const tables = tablesNamed(view, event);
  if (!tables) throw failed(noEvent(view.snapshot.family, event ?? ''));
  return {
    markdown: tableMarkdown(view.snapshot, tables, all ?? false, linker(context, session)),
    json: tableJson(view.snapshot, tables, all ?? false),
  };
}

async function why(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  const { uri, root, object } = whyArguments.parse(argument);
  const session = sessionFor(context, { uri, root });
  if (!session) return null;
  const path = uri === undefined ? undefined : pathOf(uri);
  const asked = object ?? (path === undefined ? undefined : context.roots.known(path)?.path);
  if (asked === undefined)
    throw failed('which object? give `object` (kernel/fork.o) or the `uri` of a source file');
  const { plan } = await kernelOf(context, session, token);
  const found = whyObject(plan, asked);
  return { markdown: whyMarkdown(found, linker(context, session)), json: whyJson(found) };
}

async function verify(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  const { uri, root, vmlinux, family: name } = verifyArguments.parse(argument);
  const session = sessionFor(context, { uri, root });
  if (!session) return null;
  const { snapshot } = await viewOf(context, session, name, token);
  if (snapshot.plan.source === 'none')
    throw failed('nothing to compare without a configuration; select the one that it was built with');
  const { family, laid } = snapshot;
  const path = pathOf(vmlinux) ?? vmlinux;
  const actual = readTablesFrom(
    path,
    [elfRequestsOf(family, laid), ...elfRequests(family)],
    family.functionField,
  );
  if ('failure' in actual) throw failed(actual.failure);
  if (actual.every(({ section }) => section === undefined))
    throw failed(`${path}: no table of ${family.name} in it (no boundary symbols, no sections)`);
  const comparisons = laid.flatMap((predicted) => {
    const other = actual.find(({ event }) => event === predicted.event);
    return other ? [compareTables(predicted, other)] : [];
  });
  return {
    markdown: verifyMarkdown(snapshot, path, comparisons),
    json: verifyJson(snapshot, path, comparisons),
  };
}

async function configs(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  const session = sessionFor(context, rootArguments.parse(argument));
  if (!session) return null;
  const kernel = await kernelOf(context, session, token);
  const found = configurations(kernel, session.choice());
  const json: ConfigsJson = {
    configs: found.map(({ path, current, arch, title, buildDir }) => ({
      path,
      current,
      title,
      ...(arch === undefined ? {} : { arch }),
      ...(buildDir === undefined ? {} : { buildDir }),
    })),
  };
  return {
    markdown: found
      .map(
        ({ title, path, current }) => `- ${current ? '**' : ''}${title}${current ? '**' : ''}: \`${path}\``,
      )
      .join('\n'),
    json,
  };
}

async function selectConfig(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  const { uri, root, config, buildDir } = selectConfigArguments.parse(argument);
  const session = sessionFor(context, { uri, root });
  if (!session) return null;
  const asPath = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : (pathOf(given) ?? given);
  session.choose({ ...session.choice(), config: asPath(config), build: asPath(buildDir) });
  const { snapshot } = await viewOf(context, session, undefined, token);
  const shown = snapshot.configFile ?? null;
  return {
    markdown: shown === null ? 'No configuration.' : `Configuration \`${shown}\`.`,
    json: { config: shown },
  };
}

async function reindex(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  context.roots.lookAgain();
  const session = sessionFor(context, rootArguments.parse(argument));
  if (!session) return null;
  session.changedOnDisk('everything');
  const { snapshot } = await viewOf(context, session, undefined, token);
  const registrations = snapshot.tables.reduce((sum, { entries }) => sum + entries.length, 0);
  return { markdown: `${registrations} registrations.`, json: { registrations } };
}
