import { strict as assert } from 'node:assert';
import { readFileSync, rmSync } from 'node:fs';
import { Ajv } from 'ajv';
import { z } from 'zod';
import { change, write } from '../checks/kernel-under-check';
import { copyOfExample, twIndex, type Ran } from './kernel-under-test';

/** OASIS’s own JSON schema of SARIF 2.1.0, as Microsoft’s SARIF SDK ships it. */
const officialSchema = z
  .looseObject({ $schema: z.string(), id: z.string(), title: z.string() })
  .parse(
    JSON.parse(
      readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
    ),
  );

/** What the official schema has against a log; it is of draft 4, where `$id` is called `id`. */
function againstOfficialSchema(log: unknown): readonly string[] {
  const schema = Object.fromEntries(
    Object.entries(officialSchema).filter(([key]) => key !== 'id' && key !== '$schema'),
  );
  // One of its patterns is no regular expression where Unicode is asked for.
  const options = { strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false };
  const validate = new Ajv(options).compile({ $id: officialSchema.id, ...schema });
  return validate(log)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message: text = '' }) => `${instancePath} ${text}`);
}

/** What SARIF 2.1.0 (OASIS, sections 3.13 to 3.55) asks of the parts that we write; anything else is a mistake. */
const message = z.strictObject({ text: z.string().min(1), markdown: z.string().optional() });
const region = z
  .strictObject({
    startLine: z.int().min(1),
    startColumn: z.int().min(1),
    endLine: z.int().min(1),
    endColumn: z.int().min(1),
  })
  .refine(
    ({ startLine, startColumn, endLine, endColumn }) =>
      startLine < endLine || (startLine === endLine && startColumn <= endColumn),
    'ends before it starts',
  );
const artifactLocation = z.strictObject({
  // Relative, as uriBaseId asks (3.4.4).
  uri: z.string().regex(/^[^/:][^:\s]*$/),
  uriBaseId: z.literal('SRCROOT'),
});
const physicalLocation = z.strictObject({ artifactLocation, region });
const level = z.enum(['none', 'note', 'warning', 'error']);
const sarifSchema = z.strictObject({
  version: z.literal('2.1.0'),
  $schema: z.url(),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.literal('tw-index'),
          version: z.string(),
          semanticVersion: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              name: z.string().regex(/^[A-Z]\w*$/),
              shortDescription: message,
              fullDescription: message,
              help: message,
              defaultConfiguration: z.strictObject({ level }),
              properties: z.looseObject({ tags: z.array(z.string()) }),
            }),
          ),
        }),
      }),
      columnKind: z.literal('utf16CodeUnits'),
      // A base must end with a slash (3.14.14).
      originalUriBaseIds: z.strictObject({
        SRCROOT: z.strictObject({ uri: z.string().regex(/^file:.*\/$/) }),
      }),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level,
          message,
          locations: z.array(z.strictObject({ physicalLocation })).length(1),
          relatedLocations: z
            .array(z.strictObject({ id: z.int().min(0), physicalLocation, message }))
            .min(1)
            .optional(),
          fixes: z
            .array(
              z.strictObject({
                description: message,
                artifactChanges: z
                  .array(
                    z.strictObject({
                      artifactLocation,
                      replacements: z
                        .array(
                          z.strictObject({
                            deletedRegion: region,
                            insertedContent: z.strictObject({ text: z.string() }),
                          }),
                        )
                        .min(1),
                    }),
                  )
                  .min(1),
              }),
            )
            .min(1)
            .optional(),
          properties: z.looseObject({}),
        }),
      ),
    }),
  ]),
});

const jsonSchema = z.object({
  schema: z.literal(1),
  findings: z.array(
    z.object({
      rule: z.string(),
      severity: z.enum(['error', 'warning', 'info', 'hint']),
      file: z.string(),
      line: z.int().min(1),
      column: z.int().min(1),
      message: z.string(),
      fixable: z.boolean(),
    }),
  ),
});

describe('tw-index check', () => {
  let root = '';
  const check = (...words: readonly string[]): Ran => twIndex(['check', '--root', root, ...words]);
  const spoil = (): void => {
    change(root, 'kernel/lockdep.c', (text) =>
      text.replace(
        'static int lockdep_init_task(unsigned long val',
        'static int lockdep_init_task(unsigned int val',
      ),
    );
  };

  before(() => {
    root = copyOfExample();
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    root = copyOfExample();
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  it('is silent on stdout and returns 0 where nothing is found', () => {
    const { status, out, err } = check();
    assert.equal(out, '');
    assert.equal(status, 0, err);
    assert.match(err, /^no findings \(3 hints: --min-severity hint\)$/m);
    assert.match(check('--min-severity', 'hint').err, /^3 hints$/m);
  });

  it('shows the line and a caret under the place, tabs kept, and returns 1', () => {
    spoil();
    const { status, out } = check('--color', 'never');
    assert.equal(status, 1);
    assert.equal(
      out,
      [
        'kernel/lockdep.c:5:30: error: lockdep_init_task() is no task_watcher_fn: its parameter 1 is unsigned int, not unsigned long [watcher-signature]',
        'static int lockdep_init_task(unsigned int val, struct task_struct *tsk)',
        '                             ^~~~~~~~~~~~~~~~',
        'kernel/lockdep.c:10:1: note: registered here',
        'task_watcher_func(init, lockdep_init_task);',
        '^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~',
        '',
      ].join('\n'),
    );
  });

  it('JSON: one object a finding, lines and columns from 1', () => {
    spoil();
    const { status, out } = check('--format', 'json');
    assert.equal(status, 1);
    const { findings } = jsonSchema.parse(JSON.parse(out));
    assert.deepEqual(
      findings.map(({ rule, severity, file, line, column, fixable }) => ({
        rule,
        severity,
        file,
        line,
        column,
        fixable,
      })),
      [
        {
          rule: 'watcher-signature',
          severity: 'error',
          file: 'kernel/lockdep.c',
          line: 5,
          column: 30,
          fixable: true,
        },
      ],
    );
  });

  it('SARIF 2.1.0: well-formed, with rules, related places and fixes', () => {
    spoil();
    const { status, out } = check('--format', 'sarif', '--min-severity', 'hint');
    assert.equal(status, 1);
    assert.deepEqual(againstOfficialSchema(JSON.parse(out)), []);
    const [run] = sarifSchema.parse(JSON.parse(out)).runs;
    const { rules } = run.tool.driver;
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
    for (const { ruleId, ruleIndex } of run.results) assert.equal(rules[ruleIndex]?.id, ruleId);
    const finding = run.results.find(({ ruleId }) => ruleId === 'watcher-signature');
    assert.equal(finding?.level, 'error');
    assert.deepEqual(finding.fixes?.[0]?.artifactChanges[0]?.replacements[0], {
      deletedRegion: { startLine: 5, startColumn: 30, endLine: 5, endColumn: 46 },
      insertedContent: { text: 'unsigned long val' },
    });
  });

  it('SARIF without findings is a log with an empty list', () => {
    const { status, out } = check('--format', 'sarif');
    assert.equal(status, 0);
    assert.deepEqual(againstOfficialSchema(JSON.parse(out)), []);
    assert.deepEqual(sarifSchema.parse(JSON.parse(out)).runs[0].results, []);
  });

  it('GitHub: one workflow command a finding', () => {
    spoil();
    const { out } = check('--format', 'github');
    assert.equal(
      out,
      '::error file=kernel/lockdep.c,line=5,endLine=5,col=30,endColumn=46,title=watcher-signature::lockdep_init_task() is no task_watcher_fn: its parameter 1 is unsigned int, not unsigned long\n',
    );
  });

  it('--min-severity decides what is shown and what counts', () => {
    assert.equal(check('--min-severity', 'hint').status, 1);
    spoil();
    change(root, 'kernel/exit.c', (text) =>
      text.replace('\tnotify_task_watchers(WATCH_TASK_EXIT, code, tsk);\n', ''),
    );
    const rulesShown = (...words: readonly string[]): readonly string[] =>
      jsonSchema.parse(JSON.parse(check('--format', 'json', ...words).out)).findings.map(({ rule }) => rule);
    assert.deepEqual(rulesShown('--min-severity', 'error'), ['watcher-signature']);
    assert.deepEqual([...rulesShown('--min-severity', 'warning')].sort(), [
      'event-never-notified',
      'watcher-signature',
    ]);
  });

  it('a comment that names the rule suppresses it there, and nothing else', () => {
    spoil();
    change(root, 'kernel/lockdep.c', (text) =>
      text.replace(
        'static int lockdep',
        '/* tw-ignore: watcher-signature -- tried out */\nstatic int lockdep',
      ),
    );
    assert.equal(check().status, 0);
    change(root, 'kernel/lockdep.c', (text) =>
      text.replace('watcher-signature --', 'watcher-missing-return --'),
    );
    assert.equal(check().status, 1);
  });

  it('a comment may suppress a rule in all of its file, and no other', () => {
    spoil();
    const end = (rule: string): void => {
      change(
        root,
        'kernel/lockdep.c',
        (text) => `${text.split('\n//')[0] ?? ''}\n// tw-ignore-file: ${rule} -- old\n`,
      );
    };
    end('watcher-signature');
    assert.equal(check().status, 0);
    end('watcher-missing-return');
    assert.equal(check().status, 1);
    end('watcher-signatur');
    assert.match(check().out, /no rule watcher-signatur; did you mean watcher-signature\?/);
  });

  it('.task-watchers.json sets severities and turns rules off', () => {
    spoil();
    write(root, '.task-watchers.json', '{ "rules": { "watcher-signature": "off" } }');
    assert.equal(check().status, 0);
    write(root, '.task-watchers.json', '{ "rules": { "watcher-signature": "info" } }');
    const { status, out } = check('--color', 'never');
    assert.equal(status, 1);
    assert.match(out, /^kernel\/lockdep\.c:5:30: info: /);
    assert.equal(check('--min-severity', 'warning').status, 0);
  });

  it('a rule that does not exist is one line and status 2', () => {
    write(root, '.task-watchers.json', '{ "rules": { "watcher-signatur": "off" } }');
    const { status, out, err } = check('--quiet');
    assert.equal(status, 2);
    assert.equal(out, '');
    assert.match(
      err,
      /^tw-index: \.task-watchers\.json:1:14: rules: no rule watcher-signatur; did you mean watcher-signature\?\n$/,
    );
    const explain = check('--explain', 'nonsense');
    assert.equal(explain.status, 2);
    assert.match(explain.err, /^tw-index: no rule nonsense; there are: .*\n$/);
  });

  it('of initcalls checks what is built, and takes init text for text', () => {
    const lds = 'arch/x86/kernel/vmlinux.lds.S';
    change(root, lds, (text) =>
      text
        .replace('*(.head.text)', '_stext = .;\n\t\t*(.head.text)')
        .replace('*(.text .text.*)', '*(.text .text.*)\n\t\t_etext = .;'),
    );
    const words = ['--family', 'initcalls'];
    const bare = check(...words);
    // Without bounds of its own, init text is no text.
    assert.match(bare.out, /lands in \.init\.text, outside _stext and _etext/);
    assert.match(bare.err, /^note: of initcalls, what this configuration does not build was not checked$/m);
    change(root, lds, (text) =>
      text.replace(
        '.init.text : { *(.init.text) }',
        '.init.text : { _sinittext = .; *(.init.text) _einittext = .; }',
      ),
    );
    assert.deepEqual({ status: check(...words).status, out: check(...words).out }, { status: 0, out: '' });
  });

  it('--explain prints what a rule finds, why, and both examples', () => {
    const { status, out } = check('--explain', 'free-before-init', '--color', 'never');
    assert.equal(status, 0);
    assert.match(out, /^free-before-init: FREE is reached for a task that never saw INIT\n/);
    assert.match(
      out,
      /\nWhy\n[\s\S]*\nBad\n[\s\S]*goto bad_fork_cleanup;[\s\S]*\nGood\n[\s\S]*goto bad_fork_out;/,
    );
    assert.doesNotMatch(out, /\/\* \^ /);
  });
});
