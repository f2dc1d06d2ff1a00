import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';

/** What every command takes, checked. Paths are as given; relative ones count from the current folder. */
export const settingsSchema = z.object({
  root: z.string().min(1).optional(),
  config: z.string().min(1).optional(),
  build: z.string().min(1).optional(),
  arch: z
    .string()
    .regex(/^[\w-]+$/)
    .optional(),
  family: z.string().min(1).default('task-watchers'),
  format: z.string().default('text'),
  cache: z.boolean().default(true),
  quiet: z.boolean().default(false),
  color: z.enum(['auto', 'always', 'never']).default('auto'),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Adds the options of every command to one command, so that they can stand before or after its name. */
export function addCommonOptions(command: Command, formats: readonly string[], format = 'text'): Command {
  return command
    .option('--root <dir>', 'kernel tree (default: the one around the current folder)')
    .option('--config <file>', 'kernel configuration (default: .config in --build or in the root)')
    .option('--build <dir>', 'build folder (O=): its .config and artefacts')
    .option('--arch <name>', 'architecture (default: from the configuration, else the host’s)')
    .option('--family <name>', 'which tables (default: task-watchers)')
    .addOption(new Option('--format <name>', 'output form').choices(formats).default(format))
    .option('--no-cache', 'neither read nor write the cache')
    .option('--quiet', 'no progress, no notes')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'));
}

/** Commander hands over untyped values; this is the edge where they become ours. */
export function readSettings(options: unknown): Settings {
  const read = settingsSchema.safeParse(options);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new InvalidArgumentError(`--${issue?.path.join('.') ?? 'option'}: ${issue?.message ?? 'not valid'}`);
}
