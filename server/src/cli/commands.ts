import { InvalidArgumentError, Option, type Command } from 'commander';
import { addCommonOptions, readSettings } from './settings';

/** All that reads a kernel is loaded only when a kernel is read. */
const ofKernels = (): Promise<typeof import('./kernel-commands')> => import('./kernel-commands');

const linkHelp =
  'where places lead in svg and html: none, file, vscode, or an address with {file} or {path}, and {line}';

/**
 * Declares every command. Each loads its own code only when it is run, so that none pays for the others.
 * `done` takes the exit status.
 */
export function addCommands(program: Command, done: (status: number) => void): void {
  addCommonOptions(
    program
      .command('table', { isDefault: true })
      .description('per-event tables as linked (default)')
      .argument('[event...]', 'events: INIT, init, WATCH_TASK_INIT or its number; all without')
      .option('--all', 'also what is not linked, and why')
      .option('--from <vmlinux>', 'read the tables from an ELF file instead'),
    ['text', 'json'],
  ).action(
    async (events: string[], options: { readonly all?: boolean; readonly from?: string }, table: Command) => {
      const { from, all } = options;
      if (from !== undefined && all === true)
        throw new InvalidArgumentError(
          '--all with --from: an ELF file holds only what is linked; leave out one',
        );
      if (from !== undefined) {
        const { runTableFromElf } = await (await ofKernels()).tableFromElf();
        done(await runTableFromElf(events, readSettings(options), from));
        return;
      }
      const { runTable } = await import('./table-command');
      // Not named, it got what may have been meant for a command.
      const isNamed = program.args[0] === table.name();
      const commands = isNamed ? [] : program.commands.map((command) => command.name());
      done(await runTable(events, readSettings(options), { ...options, commands }));
    },
  );

  addCommonOptions(
    program.command('list').description('every registration and call site, unresolved ones too'),
    ['text', 'json'],
  ).action(async (options: unknown) => {
    const { runList } = await import('./list-command');
    done(await runList(readSettings(options)));
  });

  addCommonOptions(
    program
      .command('link-order')
      .description('the objects of vmlinux in link order')
      .option('--why <object>', 'why an object is linked, or is not: kernel/fork.o'),
    ['text', 'json'],
    { ofFamily: false },
  ).action(async (options: unknown) => {
    const { runLinkOrder } = await (await ofKernels()).linkOrder();
    done(await runLinkOrder(readSettings(options), options));
  });

  addCommonOptions(
    program
      .command('verify')
      .description('compare the predicted tables with those in a vmlinux, entry by entry')
      .argument('<vmlinux>', 'ELF file: vmlinux, or a relocatable vmlinux.o'),
    ['text', 'json'],
  ).action(async (vmlinux: string, options: unknown) => {
    const { runVerify } = await (await ofKernels()).verify();
    done(await runVerify(vmlinux, readSettings(options)));
  });

  addCommonOptions(
    program
      .command('check')
      .description('look for registrations and notifications that go wrong')
      .addOption(
        new Option('--min-severity <severity>', 'least severe finding that counts')
          .choices(['error', 'warning', 'info', 'hint'])
          .default('info'),
      )
      .option('--explain <rule>', 'what a rule finds, why, and how to mend it'),
    ['text', 'json', 'sarif', 'github'],
  ).action(async (options: unknown) => {
    const { runCheck } = await (await ofKernels()).check();
    done(await runCheck(readSettings(options), options));
  });

  addCommonOptions(
    program
      .command('dispatch')
      .description('what a notification does: which watchers run, what comes back, how the caller goes on')
      .argument('[event]', 'INIT, init, WATCH_TASK_INIT or its number; may be left out with --at')
      .option('--at <file:line>', 'the call site whose caller to follow')
      .option('--val <expression>', 'val: a number, or flags: CLONE_VM|CLONE_SYSVSEM')
      .option(
        '--fail <function[=errno]>',
        'a watcher that fails (repeatable): copy_semundo, copy_semundo=ENOMEM',
        (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
      )
      .option('--each-failure', 'fail every watcher in turn, one line each')
      .option('--link <where>', linkHelp, 'file'),
    ['text', 'json', 'markdown', 'svg', 'html'],
  ).action(async (event: string | undefined, options: unknown) => {
    const { runDispatch } = await (await ofKernels()).dispatch();
    done(await runDispatch(event, readSettings(options), options));
  });

  addCommonOptions(
    program
      .command('report')
      .description('one HTML page: tables, dispatches, each failure in turn, findings')
      .argument('<file>', 'the page to write: FILE.html; - for standard output')
      .option('--link <where>', linkHelp, 'file'),
    ['html'],
  ).action(async (file: string, options: unknown) => {
    const { runReport } = await (await ofKernels()).report();
    done(await runReport(file, readSettings(options), options));
  });

  program
    .command('cache')
    .description('what is kept between runs: show it, or clear it')
    .argument('[action]', 'show or clear', 'show')
    .action(async (action: string) => {
      const { runCache } = await import('./cache-command');
      done(await runCache(action));
    });
}
