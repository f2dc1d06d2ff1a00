import type { Family } from './family';

/**
 * Task watchers, as posted to the kernel list in September, November (dialect A) and December 2006 (dialect B), and
 * the module RFC (dialect C, which registers as A does).
 */
export const taskWatchersFamily: Family = {
  name: 'task-watchers',
  title: 'Task watchers',
  noun: ['watcher', 'watchers'],
  events: [
    {
      name: 'INIT',
      constant: 'WATCH_TASK_INIT',
      meaning: 'fork: the new task_struct first exists. The only event whose result is meant to be used.',
      val: 'clone_flags',
      mayFail: true,
      undoneBy: 'FREE',
    },
    {
      name: 'CLONE',
      constant: 'WATCH_TASK_CLONE',
      meaning: 'fork: just before it returns success.',
      val: 'clone_flags',
    },
    {
      name: 'EXEC',
      constant: 'WATCH_TASK_EXEC',
      meaning: 'exec: the new image is in place.',
      val: 'unused, 0',
    },
    {
      name: 'UID',
      constant: 'WATCH_TASK_UID',
      meaning: 'a set*uid call changed the task’s uid.',
      val: 'unused, 0',
    },
    {
      name: 'GID',
      constant: 'WATCH_TASK_GID',
      meaning: 'a set*gid call changed the task’s gid.',
      val: 'unused, 0',
    },
    { name: 'EXIT', constant: 'WATCH_TASK_EXIT', meaning: 'exit: start of do_exit().', val: 'exit code' },
    {
      name: 'FREE',
      constant: 'WATCH_TASK_FREE',
      meaning: 'the task’s resources are released: at the end of exit, and on fork’s error path.',
      val: 'exit code; 0 on fork’s error path',
    },
  ],
  sections: [
    { template: '.task_watchers.{event}', spelling: 'lower', dialect: 'A' },
    { template: '.task.{event}', spelling: 'upper', dialect: 'B' },
  ],
  boundaries: [
    { start: '__start_task_watchers_{event}', spelling: 'lower', end: '__stop_task_watchers_free' },
    { start: '__start_task_{event}', spelling: 'lower', end: '__stop_task_free' },
  ],
  macros: [
    'task_watcher_func',
    'DEFINE_TASK_INITCALL',
    'DEFINE_TASK_CLONECALL',
    'DEFINE_TASK_EXECCALL',
    'DEFINE_TASK_UIDCALL',
    'DEFINE_TASK_GIDCALL',
    'DEFINE_TASK_EXITCALL',
    'DEFINE_TASK_FREECALL',
  ],
  needles: ['task_watcher', 'DEFINE_TASK_', '".task.', 'section .task.', 'section\t.task.'],
  dispatchers: [{ function: 'notify_task_watchers', eventArgument: 0, valArgument: 1, taskArgument: 2 }],
  modulesTakePart: false,
  moduleRegistration: 'register_module_task_watchers',
  prototype: {
    typedef: 'task_watcher_fn',
    returnType: 'int',
    parameters: [
      { type: 'unsigned long', name: 'val' },
      { type: 'struct task_struct *', name: 'tsk' },
    ],
  },
};
