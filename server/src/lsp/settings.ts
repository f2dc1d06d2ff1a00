import { z } from 'zod';
import type { ChoiceWords } from '../workspace/open-kernel';

const severity = z.enum(['error', 'warning', 'info', 'hint', 'off']);

/** The settings of section `taskWatchers`; each may be absent or null. Unknown keys belong to clients. */
export const settingsSchema = z.object({
  config: z.string().min(1).nullish().catch(null),
  buildDir: z.string().min(1).nullish().catch(null),
  arch: z
    .string()
    .regex(/^[\w-]+$/)
    .nullish()
    .catch(null),
  families: z.array(z.string().min(1)).nullish().catch(null),
  codeLens: z.boolean().nullish().catch(null),
  inlayHints: z.boolean().nullish().catch(null),
  semanticTokens: z.boolean().nullish().catch(null),
  diagnostics: z
    .object({ rules: z.record(z.string(), severity).nullish().catch(null) })
    .nullish()
    .catch(null),
});

export interface Settings {
  readonly config: string | undefined;
  readonly buildDir: string | undefined;
  readonly arch: string | undefined;
  /** Which tables are shown in sources. */
  readonly families: readonly string[];
  readonly codeLens: boolean;
  readonly inlayHints: boolean;
  readonly semanticTokens: boolean;
  readonly rules: Readonly<Record<string, z.infer<typeof severity>>>;
}

export const defaultSettings: Settings = {
  config: undefined,
  buildDir: undefined,
  arch: undefined,
  families: ['task-watchers'],
  codeLens: true,
  inlayHints: true,
  semanticTokens: true,
  rules: {},
};

/** What a kernel is chosen by here. */
export const settingWords: ChoiceWords = {
  config: 'taskWatchers.config',
  build: 'taskWatchers.buildDir',
  arch: 'taskWatchers.arch',
  giveConfig: 'select one, or set taskWatchers.config or taskWatchers.buildDir',
};

/** Lays what a client sent over `base`. What is not valid is left as it was: a typing error must not end a session. */
export function readSettings(sent: unknown, base: Settings): Settings {
  const read = settingsSchema.safeParse(unwrapped(sent));
  if (!read.success) return base;
  const { config, buildDir, arch, families, codeLens, inlayHints, semanticTokens, diagnostics } = read.data;
  return {
    config: config ?? base.config,
    buildDir: buildDir ?? base.buildDir,
    arch: arch ?? base.arch,
    families: families ? [...new Set(families)] : base.families,
    codeLens: codeLens ?? base.codeLens,
    inlayHints: inlayHints ?? base.inlayHints,
    semanticTokens: semanticTokens ?? base.semanticTokens,
    rules: diagnostics?.rules ?? base.rules,
  };
}

/** Some clients send the section's contents, some an object that holds the section. */
function unwrapped(sent: unknown): unknown {
  return typeof sent === 'object' && sent !== null && 'taskWatchers' in sent ? sent.taskWatchers : sent;
}
