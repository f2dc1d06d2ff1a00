import { allRules } from '../../server/src/checks/all-rules';
import {
  edited,
  inFile,
  isBuilt,
  misspelt,
  replaced,
  spots,
  substitute,
  type Mutation,
  type Planted,
} from './planting';
import { dispatcher, events, header, lds, registration, watcher } from './mutation-places';

/** Errors in how it is put together: registrations, tables, configuration, callers. */
export const registrationMutations: readonly Mutation[] = [
  {
    name: 'a registration whose header is not included',
    rule: 'registration-has-no-effect',
    plant: (files, chance) => {
      const spot = chance.pick(
        spots(files, /#include <linux\/task_watchers\.h>\n/g).filter(({ file }) =>
          (files.get(file) ?? '').includes('task_watcher_func('),
        ),
      );
      return spot && replaced(files, spot, '');
    },
  },
  {
    name: 'a misspelt macro',
    rule: 'misspelt-macro',
    plant: substitute(
      registration,
      ({ 1: event = '', 2: name = '' }, chance) =>
        `${misspelt('task_watcher_func', chance)}(${event}, ${name});\n`,
    ),
  },
  {
    name: 'a misspelt event',
    rule: 'unknown-event',
    plant: substitute(
      registration,
      ({ 1: event = '', 2: name = '' }, chance) =>
        `task_watcher_func(${misspelt(event, chance)}, ${name});\n`,
    ),
  },
  {
    name: 'a misspelt function',
    rule: 'unknown-function',
    plant: substitute(
      registration,
      ({ 1: event = '', 2: name = '' }, chance) =>
        `task_watcher_func(${event}, ${misspelt(name, chance)});\n`,
    ),
  },
  {
    name: 'an event that the linker script leaves out',
    rule: 'orphan-section',
    plant: (files, chance) => {
      const event = chance.pick(events) ?? '';
      return {
        files: edited(files, lds, `\t\tTASK_WATCHERS(${event}) \\\n`, ''),
        text: `${lds}: without ${event}`,
      };
    },
  },
  {
    name: 'a watcher registered twice',
    rule: 'duplicate-registration',
    plant: substitute(
      registration,
      ({ 0: all, 1: event = '', 2: name = '' }) =>
        `${all}static task_watcher_fn const ${name}_again __used __section(".task_watchers.${event}") = ${name};\n`,
    ),
  },
  {
    name: 'a registration in a module',
    rule: 'registration-in-module',
    plant: (files, chance) => {
      const spot = chance.pick(
        spots(files, registration, (file) => isBuilt(file) && !/sched|fork|x86/.test(file)),
      );
      if (!spot) return undefined;
      const crate = 'drivers/platform/vendor/crate.c';
      const event = chance.pick(events) ?? 'exit';
      return {
        files: new Map(files).set(
          crate,
          `#include <linux/sched.h>\n#include <linux/task_watchers.h>\n\nstatic int crate_watch(unsigned long val, struct task_struct *tsk)\n{\n\treturn 0;\n}\ntask_watcher_func(${event}, crate_watch);\n`,
        ),
        text: `${crate}: ${event}`,
      };
    },
  },
  {
    name: 'a configuration that leaves a watcher out',
    rule: 'not-linked',
    plant: substitute(
      /^CONFIG_(?:AUDITSYSCALL|SYSVIPC|NUMA|TRACE_IRQFLAGS|LOCKDEP|KEYS|PROC_EVENTS|BOX)=y$/gm,
      ({ 0: all }) => `# ${all.replace('=y', '')} is not set`,
      inFile('.config'),
    ),
  },
  {
    name: 'an event that nobody notifies',
    rule: 'event-never-notified',
    plant: substitute(
      /\t+notify_task_watchers\(WATCH_TASK_(?:CLONE|EXEC|UID|GID|EXIT), .*\);\n/g,
      () => '\t;\n',
    ),
  },
  {
    name: 'an event that nobody watches',
    rule: 'event-without-watchers',
    plant: (files, chance) => {
      const event = chance.pick(['uid', 'gid', 'exec', 'clone', 'exit']) ?? 'uid';
      const without = new Map(
        [...files].map(([file, text]) => [
          file,
          file.endsWith('.c')
            ? text.replaceAll(`task_watcher_func(${event},`, 'struct no_watcher; //')
            : text,
        ]),
      );
      return { files: without, text: `no watcher of ${event}` };
    },
  },
  {
    name: 'orders that disagree',
    rule: 'table-order-mismatch',
    plant: (files, chance) => {
      const at = chance.below(events.length - 1);
      const [one = '', other = ''] = [events[at], events[at + 1]];
      const swap = (file: string, shown: (event: string) => string): Planted => {
        const text = files.get(file) ?? '';
        const marked = text
          .replace(shown(one), '\u0000')
          .replace(shown(other), shown(one))
          .replace('\u0000', shown(other));
        return { files: new Map(files).set(file, marked), text: `${file}: ${one} and ${other} swapped` };
      };
      return chance.pick([
        () => swap(lds, (event) => `TASK_WATCHERS(${event})`),
        () => swap(dispatcher, (event) => `\t__start_task_watchers_${event},`),
        () => swap(header, (event) => `#define WATCH_TASK_${event.toUpperCase()}\t`),
      ])?.();
    },
  },
  {
    name: 'a pointer that is not const',
    rule: 'table-writable',
    plant: substitute(
      /task_watcher_fn const (__task_watcher_|box_forgets)/g,
      ({ 1: name = '' }) => `task_watcher_fn ${name}`,
      (file) => file === header || file.endsWith('box.c'),
    ),
  },
  {
    name: 'watchers in the table’s section',
    rule: 'table-executable',
    plant: (files, chance) => {
      const spot = chance.pick(spots(files, watcher, (file) => isBuilt(file) && !file.includes('sched/')));
      if (!spot) return undefined;
      const planted = replaced(files, spot, spot.match[0].replace('static int ', 'static int __task_text '));
      const withMacro = edited(
        planted.files,
        header,
        'struct task_struct;\n',
        'struct task_struct;\n\n#define __task_text __section(".task_watchers.function.all")\n',
      );
      return {
        files: edited(
          withMacro,
          lds,
          '__stop_task_watchers_free = .; \\\n',
          '__stop_task_watchers_free = .; \\\n\t\t*(.task_watchers.function.*) \\\n',
        ),
        text: planted.text,
      };
    },
  },
  {
    name: 'a caller that was forgotten',
    rule: 'caller-left-behind',
    plant: (files, chance) => {
      const spot = chance.pick(spots(files, registration));
      const name = spot?.match[2];
      if (!spot || name === undefined) return undefined;
      const [file, text] =
        chance.pick([
          ['include/linux/sched.h', `extern int ${name}(struct task_struct *tsk);\n#endif\n`],
          ['init/main.c', `\nvoid forgotten(struct task_struct *p)\n{\n\t${name}(p);\n}\n`],
        ] as const) ?? [];
      if (file === undefined) return undefined;
      const before = files.get(file) ?? '';
      const after = file.endsWith('.h') ? before.replace(/#endif\s*$/, text) : before + text;
      return { files: new Map(files).set(file, after), text: `${file}: ${name}()` };
    },
  },
  {
    name: 'FREE without a look',
    rule: 'free-ignores-failed-init',
    plant: (files, chance) => {
      const way = chance.pick([
        [
          'ipc/sem.c',
          '\tif (!undo_list)\n\t\treturn 0;\n\ttsk->undo_list = NULL;',
          '\ttsk->undo_list = NULL;',
        ],
        [
          'kernel/auditsc.c',
          '\tif (!tsk->audit_context)\n\t\treturn 0;\n',
          '\ttsk->audit_context->serial = 0;\n',
        ],
        [
          'mm/mempolicy.c',
          '\t\ttsk->mempolicy = NULL;\n\t\treturn PTR_ERR(copy);',
          '\t\ttsk->mempolicy = copy;\n\t\treturn PTR_ERR(copy);',
        ],
        [
          'security/keys/process_keys.c',
          'static int exit_keys(unsigned long val, struct task_struct *tsk)\n{\n',
          'static int exit_keys(unsigned long val, struct task_struct *tsk)\n{\n\ttsk->thread_keyring->uid = 0;\n',
        ],
      ] as const);
      return way && { files: edited(files, way[0], way[1], way[2]), text: `${way[0]}: ${way[2].trim()}` };
    },
  },
  {
    name: 'an error of a watcher that cannot fail',
    rule: 'error-not-checked',
    plant: (files, chance) => {
      const others = spots(files, registration).filter(({ match }) => match[1] !== 'init');
      const spot = chance.pick(others);
      const name = spot?.match[2];
      if (!spot || name === undefined) return undefined;
      const text = files.get(spot.file) ?? '';
      const start = text.indexOf(`static int ${name}(`);
      const at = text.indexOf('\treturn 0;', start);
      const after = `${text.slice(0, at)}\treturn -EINVAL;${text.slice(at + '\treturn 0;'.length)}`;
      return { files: new Map(files).set(spot.file, after), text: `${spot.file}: ${name}()` };
    },
  },
  {
    name: 'sleeping under a lock',
    rule: 'sleeps-in-atomic',
    plant: (files, chance) => {
      const site = chance.pick(spots(files, /\t+notify_task_watchers\(WATCH_TASK_(\w+), .*\);\n/g));
      const event = site?.match[1]?.toLowerCase();
      const spot = chance.pick(spots(files, registration).filter(({ match }) => match[1] === event));
      const name = spot?.match[2];
      if (!site || !spot || name === undefined) return undefined;
      const [take, back] =
        chance.pick([
          ['spin_lock(&some_lock);', 'spin_unlock(&some_lock);'],
          ['local_irq_disable();', 'local_irq_enable();'],
          ['write_lock_irq(&tasklist_lock);', 'write_unlock_irq(&tasklist_lock);'],
          ['rcu_read_lock();', 'rcu_read_unlock();'],
        ] as const) ?? [];
      const locked = replaced(
        files,
        site,
        `\t{\n\t\t${take ?? ''}\n${site.match[0]}\t\t${back ?? ''}\n\t}\n`,
      );
      const text = locked.files.get(spot.file) ?? '';
      const open = text.indexOf('{\n', text.indexOf(`static int ${name}(`)) + 2;
      const sleep =
        chance.pick(['mutex_lock(&some_mutex);', 'kfree(kmalloc(8, GFP_KERNEL));', 'msleep(1);']) ?? '';
      // Behind the declarations, which stand in front of the first empty line.
      const blank = /^(?:\t(?:struct|int|unsigned) .*;\n)+\n/.exec(text.slice(open))?.[0].length ?? 0;
      const after = `${text.slice(0, open + blank)}\t${sleep}\n${text.slice(open + blank)}`;
      return {
        files: new Map(locked.files).set(spot.file, after),
        text: `${spot.file}: ${name}(): ${sleep} under ${take ?? ''}`,
      };
    },
  },
  {
    name: 'a function placed for another event',
    rule: 'placement-mismatch',
    plant: (files, chance) => {
      const spot = chance.pick(
        spots(files, watcher, (file) => isBuilt(file) && !/sched\/|mempolicy|box/.test(file)),
      );
      const name = spot?.match[1];
      const event = new RegExp(`task_watcher_func\\((\\w+), ${name ?? ''}\\)`).exec(
        files.get(spot?.file ?? '') ?? '',
      )?.[1];
      const other = chance.pick(events.filter((one) => one !== event));
      if (!spot || other === undefined) return undefined;
      const macros = events
        .map((one) => `#define __task_${one} __section(".task_watchers.function.${one}")\n`)
        .join('');
      const planted = replaced(
        files,
        spot,
        spot.match[0].replace('static int ', `static int __task_${other} `),
      );
      return {
        files: edited(planted.files, header, 'struct task_struct;\n', `struct task_struct;\n\n${macros}`),
        text: planted.text,
      };
    },
  },
  {
    name: 'a suppression that names no rule',
    rule: 'unknown-suppression',
    plant: substitute(registration, ({ 0: all }, chance) => {
      const rule = chance.pick(allRules.map(({ name }) => name)) ?? '';
      return `/* tw-ignore: ${misspelt(rule, chance)} */\n${all}`;
    }),
  },
];
