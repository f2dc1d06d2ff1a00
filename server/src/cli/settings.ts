import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';

/** What every command takes, checked. Paths are as given; relative ones count from the current folder. */
export interface Settings {
  readonly root: string | undefined;
  readonly config: string | undefined;
  readonly build: string | undefined;
  readonly arch: string | undefined;
  readonly family: string;
  readonly format: string;
  readonly cache: boolean;
  readonly quiet: boolean;
  readonly color: 'auto' | 'always' | 'never';
}

/**
 * Adds the options of every command to one command, so that they can stand before or after its name. The first format is
 * the one that is taken when none is named. `ofFamily`: it shows one family's tables.
 */
export function addCommonOptions(
  command: Command,
  formats: readonly [string, ...string[]],
  { ofFamily = true } = {},
): Command {
  command
    .option('--root <dir>', 'kernel tree (default: the one around the current folder)')
    .option('--config <file>', 'kernel configuration (default: .config in --build or in the root)')
    .option('--build <dir>', 'build folder (O=): its .config and artefacts')
    .option('--arch <name>', 'architecture (default: from the configuration, else the host’s)')
    .addOption(new Option('--format <name>', 'output form').choices(formats).default(formats[0]))
    .option('--no-cache', 'neither read nor write the cache')
    .option('--quiet', 'no progress, no notes')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'));
  return ofFamily ? command.option('--family <name>', 'which tables (default: task-watchers)') : command;
}

/**
 * Commander hands over untyped values; this is the edge where they become ours. By hand: loading zod takes longer than
 * all the rest of printing a kept answer.
 */
export function readSettings(options: unknown): Settings {
  const given = new Map<string, unknown>(
    typeof options === 'object' && options !== null ? Object.entries(options) : [],
  );
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw new InvalidArgumentError(`--${name}: is empty`);
  };
  const arch = text('arch');
  if (arch !== undefined && !/^[\w-]+$/.test(arch))
    throw new InvalidArgumentError(`--arch ${arch}: not the name of an architecture`);
  const config = text('config');
  if (config !== undefined && !existsSync(config))
    throw new InvalidArgumentError(`--config ${config}: no such file`);
  const color = given.get('color');
  return {
    root: text('root'),
    config,
    build: text('build'),
    arch,
    family: text('family') ?? 'task-watchers',
    format: text('format') ?? 'text',
    cache: given.get('cache') !== false,
    quiet: given.get('quiet') === true,
    color: color === 'always' || color === 'never' ? color : 'auto',
  };
}
