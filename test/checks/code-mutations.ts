import { edited, replaced, spots, substitute, type Mutation } from './planting';
import { dispatcher, inFork, notifyInit, tested, watcher } from './mutation-places';

/** Errors in what runs: the notifying functions, the dispatcher, the watchers. */
export const codeMutations: readonly Mutation[] = [
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
    name: 'FREE twice on one way',
    rule: 'free-notified-twice',
    plant: inFork(
      [
        '\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n',
        '\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n',
      ],
      [
        tested,
        tested.replace(
          '\t\tgoto',
          '\t\tnotify_task_watchers(WATCH_TASK_FREE, 0, p),\n\t\t\tp->usage = 0;\n\tif (retval < 0)\n\t\tgoto',
        ),
      ],
      [
        '\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n',
        '\tif (p->usage)\n\t\tnotify_task_watchers(WATCH_TASK_FREE, clone_flags, p);\n\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n',
      ],
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
];
