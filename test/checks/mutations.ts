import { allRules } from '../../server/src/checks/all-rules';
import {
  edited,
  inFile,
  isBuilt,
  misspelt,
  replaced,
  spots,
  substitute,
  type Files,
  type Mutation,
  type Planted,
  type Random,
} from './planting';

/** One stands under a condition that does not hold: there an error changes nothing. */
const registration = /task_watcher_func\((\w+), (?!debug_)(\w+)\);\n/g;
const watcher = /static int (\w+)\(unsigned long (\w+), struct task_struct \*(\w+)\)\n\{/g;
const fork = 'kernel/fork.c';
const notifyInit = '\tretval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);\n';
const tested = `${notifyInit}\tif (retval < 0)\n\t\tgoto bad_fork_cleanup;\n`;

/** One of several ways to spoil fork. */
const inFork =
  (...ways: readonly (readonly [from: string, to: string])[]) =>
  (files: Files, chance: Random): Planted | undefined => {
    const way = chance.pick(ways);
    return way && { files: edited(files, fork, way[0], way[1]), text: `${fork}: ${way[1].trim()}` };
  };

const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'];
const lds = 'include/asm-generic/vmlinux.lds.h';
const header = 'include/linux/task_watchers.h';
const dispatcher = 'kernel/task_watchers.c';

export const mutations: readonly Mutation[] = [
  {
    name: 'the result of INIT thrown away',
    rule: 'init-error-ignored',
    plant: inFork(
      [tested, notifyInit.replace('retval = ', '')],
      [tested, notifyInit.replace('retval = ', '(void)')],
      [notifyInit, notifyInit.replace('retval = ', '') + '\tretval = 0;\n'],
    ),
  },
  {
    name: 'the result of INIT kept and not tested',
    rule: 'init-error-unhandled',
    plant: inFork(
      [tested, notifyInit],
      [tested, tested.replace('retval < 0', 'retval > 0')],
      [tested, tested.replace('retval < 0', 'retval == 1')],
      [tested, `${notifyInit}\tretval = 0;\n\tif (retval < 0)\n\t\tgoto bad_fork_cleanup;\n`],
      [
        tested,
        `${notifyInit}\tif (clone_flags & CLONE_VM)\n\t\tif (retval < 0)\n\t\t\tgoto bad_fork_cleanup;\n`,
      ],
      ['\tint retval;\n', '\tunsigned int retval;\n'],
      [tested, `${notifyInit}\tif (retval < 0)\n\t\tprintk("%d", retval);\n`],
    ),
  },
  {
    name: 'an error path without FREE',
    rule: 'init-error-path-skips-free',
    plant: inFork(
      ['\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n', ''],
      [tested, tested.replace('goto bad_fork_cleanup', 'return ERR_PTR(retval)')],
      ['bad_fork_cleanup:\n\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n', 'bad_fork_cleanup:\n'],
      [tested, `${tested}\tif (p->usage) {\n\t\tkfree(p);\n\t\treturn ERR_PTR(-EAGAIN);\n\t}\n`],
      [
        '\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n',
        '\tnotify_task_watchers(WATCH_TASK_EXIT, 0, p);\n',
      ],
    ),
  },
  {
    name: 'FREE reached from before INIT',
    rule: 'free-before-init',
    plant: inFork(
      [
        notifyInit,
        `\tretval = -EAGAIN;\n\tif (clone_flags & CLONE_VM)\n\t\tgoto bad_fork_cleanup;\n${notifyInit}`,
      ],
      [notifyInit, `\tretval = prepare(p);\n\tif (retval)\n\t\tgoto bad_fork_cleanup;\n${notifyInit}`],
      [notifyInit, `\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n${notifyInit}`],
      [notifyInit, `\tif ((retval = prepare(p)) < 0)\n\t\tgoto bad_fork_cleanup;\n${notifyInit}`],
    ),
  },
  {
    name: 'a failure that the INIT watcher keeps to itself',
    rule: 'init-watcher-swallows-error',
    plant: (files, chance) =>
      substitute(/return (?:-ENOMEM|PTR_ERR\(copy\));|\? 0 : -ENOMEM;/g, ({ 0: all }, { pick }) =>
        all.startsWith('?') ? '? 0 : 0;' : (pick(['return 0;', 'return 1;']) ?? 'return 0;'),
      )(files, chance),
  },
  {
    name: 'INIT takes, nothing gives back',
    rule: 'init-without-free',
    plant: (files, chance) => {
      const file = chance.pick([
        'kernel/auditsc.c',
        'ipc/sem.c',
        'security/keys/process_keys.c',
        'mm/mempolicy.c',
      ]);
      if (file === undefined) return undefined;
      const before = files.get(file) ?? '';
      const after = before
        .replace(/task_watcher_func\(free, \w+\);\n/, '')
        .replace(/task_watcher_pair\((\w+), \w+\)/, 'task_watcher_func(init, $1)');
      return { files: new Map(files).set(file, after), text: `${file}: FREE registration taken away` };
    },
  },
  {
    name: 'a dispatcher that loses errors',
    rule: 'dispatcher-drops-error',
    plant: (files, chance) => {
      const way = chance.pick([
        ['ret == 0', 'ret == NOTIFY_OK'],
        ['err < 0 && ret == 0', 'err > 0 && ret == 0'],
        ['\treturn ret;', '\treturn 0;'],
        ['\t\t\tret = err;', '\t\t\t;'],
        ['if (err < 0 && ret == 0)\n\t\t\tret = err;', 'ret = err;'],
      ] as const);
      if (!way) return undefined;
      const text = way[1].includes('NOTIFY_OK')
        ? edited(files, dispatcher, 'extern const', '#define NOTIFY_OK 1\nextern const')
        : files;
      return { files: edited(text, dispatcher, way[0], way[1]), text: `${dispatcher}: ${way[1].trim()}` };
    },
  },
  {
    name: 'a watcher of another type',
    rule: 'watcher-signature',
    plant: substitute(
      /static int (\w+)\(unsigned long (\w+), struct task_struct \*(\w+)\)\n\{/g,
      ({ 1: name = '', 2: val = '', 3: task = '' }, chance) =>
        chance.pick([
          `static void ${name}(unsigned long ${val}, struct task_struct *${task})\n{`,
          `static int ${name}(unsigned int ${val}, struct task_struct *${task})\n{`,
          `static int ${name}(struct task_struct *${task})\n{`,
          `static long ${name}(unsigned long ${val}, struct task_struct *${task})\n{`,
          `static int ${name}(struct task_struct *${task}, unsigned long ${val})\n{`,
        ]) ?? '',
    ),
  },
  {
    name: 'a watcher without return',
    rule: 'watcher-missing-return',
    plant: substitute(/\treturn 0;\n\}\n(?=task_watcher_|\nstatic int free_task)/g, () => '}\n'),
  },
  {
    name: 'a watcher that is gone after boot',
    rule: 'watcher-in-init-section',
    plant: (files, chance) => {
      const spot = chance.pick(spots(files, watcher));
      if (!spot) return undefined;
      const planted = replaced(files, spot, spot.match[0].replace('static int ', 'static int __init '));
      const text = planted.files.get(spot.file) ?? '';
      // A file that is included by another finds __init there.
      if (text.includes('<linux/init.h>') || spot.file.includes('stats')) return planted;
      return {
        ...planted,
        files: new Map(planted.files).set(
          spot.file,
          text.replace('#include', '#include <linux/init.h>\n#include'),
        ),
      };
    },
  },
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
