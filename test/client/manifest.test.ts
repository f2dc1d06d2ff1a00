import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { allRules } from '../../server/src/checks/all-rules';
import { commandNames } from '../../server/src/lsp/commands';
import { defaultSettings, readSettings, settingsSchema } from '../../server/src/lsp/settings';
import { namedFiles } from './named-files';

const root = join(__dirname, '../..');
const command = z.object({ command: z.string() });
const json: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const manifest = z
  .object({
    contributes: z.object({
      commands: z.array(command),
      menus: z.record(z.string(), z.array(command)),
      configuration: z.object({
        properties: z.record(
          z.string(),
          z.looseObject({
            default: z.unknown(),
            description: z.string().optional(),
            markdownDescription: z.string().optional(),
            properties: z
              .record(
                z.string(),
                z.object({ enum: z.array(z.string()), default: z.string(), description: z.string() }),
              )
              .optional(),
          }),
        ),
      }),
      walkthroughs: z.array(z.object({ steps: z.array(z.object({ description: z.string() })) })),
    }),
  })
  .parse(json);
const { contributes } = manifest;
const registered = readdirSync(join(root, 'client/src'))
  .map((file) => readFileSync(join(root, 'client/src', file), 'utf8'))
  .flatMap((text) => [
    ...[...text.matchAll(/\bregister\('(\w+)'/g)].map(([, name = '']) => `taskWatchers.${name}`),
    ...[...text.matchAll(/\bregisterCommand\('([\w.]+)'/g)].map(([, name = '']) => name),
  ])
  .sort();
/** Registered, but of no use in the palette: their arguments come from a lens, the view, or the status bar. */
const inner = ['taskWatchers.openPlace', 'taskWatchers.showActions', 'taskWatchers.showWatchers'];
const settings = Object.keys(contributes.configuration.properties).map((key) =>
  key.replace('taskWatchers.', ''),
);
/** Settings of the client alone. */
const ofClient = ['trace.server'];
/** The first column of the table of settings in docs/protocol.md. */
const documented = (readFileSync(join(root, 'docs/protocol.md'), 'utf8').split('\n## ').at(2) ?? '')
  .split('\n')
  .flatMap((line) => [...line.matchAll(/^\| `([\w.]+)`/g)].map(([, name = '']) => name));

describe('manifest of the extension', () => {
  it('has each rule with its own severity, and no other', () => {
    const rules = contributes.configuration.properties['taskWatchers.diagnostics.rules']?.properties ?? {};
    assert.deepEqual(
      Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, rule.default])),
      Object.fromEntries(
        allRules.map(({ name, severity }) => [name, severity] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    );
    for (const rule of Object.values(rules))
      assert.deepEqual(rule.enum, ['error', 'warning', 'info', 'hint', 'off']);
  });

  it('describes each rule by what it finds: npm run docs:rules', () => {
    const rules = contributes.configuration.properties['taskWatchers.diagnostics.rules']?.properties ?? {};
    for (const { name, finds } of allRules) assert.equal(rules[name]?.description, finds, name);
  });

  it('has settings that the server reads as its own defaults', () => {
    const sent: Record<string, unknown> = {};
    for (const [key, { default: value }] of Object.entries(contributes.configuration.properties)) {
      const name = key.replace('taskWatchers.', '');
      sent[name] = value;
    }
    assert.deepEqual(readSettings(sent, defaultSettings), defaultSettings);
    for (const [key, value] of Object.entries(contributes.configuration.properties))
      assert.ok((value.description ?? value.markdownDescription ?? '') !== '', key);
  });

  it('has every setting that the server understands, and no other', () => {
    const mine = settings.filter((name) => !ofClient.includes(name)).sort();
    assert.deepEqual(mine, [...documented].sort());
    const { diagnostics, ...flat } = settingsSchema.shape;
    const rules = Object.keys(diagnostics.unwrap().unwrap().unwrap().shape).map(
      (name) => `diagnostics.${name}`,
    );
    assert.deepEqual(mine, [...Object.keys(flat), ...rules].sort());
  });

  it('has the commands that the client registers, and none that the server has', () => {
    const names = contributes.commands.map(({ command: name }) => name);
    assert.deepEqual([...names, ...inner].sort(), registered);
    assert.deepEqual(
      names.filter((name) => commandNames.includes(name)),
      [],
    );
  });

  it('has menus and walkthroughs with commands that exist', () => {
    const known = new Set(contributes.commands.map(({ command: name }) => name));
    for (const item of Object.values(contributes.menus).flat())
      assert.ok(known.has(item.command), item.command);
    for (const { description } of contributes.walkthroughs.flatMap(({ steps }) => steps))
      for (const [, name = ''] of description.matchAll(/\(command:([\w.]+)\)/g))
        assert.ok(known.has(name) || name === 'taskWatchers.tables.focus', name);
  });

  it('names only files that exist', () => {
    // What is built is not there before it; that it is packaged is seen in test/vscode.
    const files = namedFiles(json).filter((file) => !file.includes('/dist/'));
    for (const file of [
      'client/media/walkthrough-verify.md',
      'docs/images/view.png',
      'client/media/view.svg',
    ])
      assert.ok(files.includes(file), file);
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });
});
