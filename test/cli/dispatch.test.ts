import { deepEqual, equal, match } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { edit } from './dialect-b';
import { copyOfExample, exampleKernel, twIndex } from './kernel-under-test';

const dispatch = (...words: readonly string[]): ReturnType<typeof twIndex> =>
  twIndex(['dispatch', ...words, '--root', exampleKernel]);

const contract = z.object({
  schema: z.literal(1),
  event: z.string(),
  val: z.object({ text: z.string(), value: z.string() }),
  steps: z.array(
    z.object({
      slot: z.number(),
      function: z.string(),
      returns: z.array(z.object({ text: z.string() })),
      chosen: z.object({ text: z.string() }),
    }),
  ),
  result: z.array(z.object({ value: z.number() })),
  caller: z.array(z.object({ function: z.string() })),
});

describe('tw-index dispatch', () => {
  it('prints what runs, what comes back, and how the caller goes on', () => {
    const { status, out, err } = dispatch(
      'INIT',
      '--val',
      'CLONE_VM|CLONE_SYSVSEM',
      '--fail',
      'copy_semundo',
    );
    equal(err, '');
    equal(status, 0);
    match(out, /^INIT {2}val CLONE_VM\|CLONE_SYSVSEM = 0x40100$/m);
    match(out, /^ +5 {2}copy_semundo +-ENOMEM +ipc\/sem\.c:24/m);
    match(out, /^result {2}-ENOMEM from copy_semundo\(\) {2}\(certain, if nobody else fails\)$/m);
    match(out, /kernel\/fork\.c:45 {2}notifies FREE, after INIT failed: audit_free, /);
  });

  it('follows a dispatcher whose boundary symbols this tree calls otherwise', () => {
    const folder = copyOfExample();
    for (const path of ['kernel/task_watchers.c', 'include/asm-generic/vmlinux.lds.h'])
      edit(join(folder, path), (text) =>
        text
          .replaceAll('__start_task_watchers_', 'list_of_')
          .replaceAll('__stop_task_watchers_free', 'end_of_lists'),
      );
    try {
      const { out } = twIndex(['dispatch', 'INIT', '--val', '0', '--fail', 'audit_alloc', '--root', folder]);
      match(out, /^notify_task_watchers\(\) calls every watcher and returns the first error/m);
      match(out, /^result {2}-ENOMEM from audit_alloc\(\) {2}\(certain, if nobody else fails\)$/m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('prints the same as JSON', () => {
    const { status, out } = dispatch(
      'init',
      '--val',
      '0x100',
      '--fail',
      'audit_alloc=EAGAIN',
      '--format',
      'json',
    );
    equal(status, 0);
    const read = contract.parse(JSON.parse(out));
    deepEqual(
      [read.event, read.val.value, read.result[0]?.value, read.caller[0]?.function],
      ['INIT', '256', -11, 'copy_process'],
    );
  });

  it('follows the caller of the call site that is named', () => {
    const { status, out } = dispatch('--at', 'kernel/exit.c:11');
    equal(status, 0);
    match(out, /^FREE /);
    match(out, /^do_exit\(\) then/m);
  });

  it('fails every watcher in turn', () => {
    const { status, out } = dispatch('INIT', '--each-failure');
    equal(status, 0);
    match(out, /^ +5 +copy_semundo +-ENOMEM +5 +1 +-ENOMEM +-ENOMEM +5/m);
    match(out, /^ +0 +copy_thread_tls +\(-ENOMEM\)/m);
  });

  it('prints Markdown, a picture and a page, with what each cleanup watcher meets', () => {
    const asked = ['INIT', '--val', 'CLONE_SYSVSEM', '--fail', 'copy_semundo', '--format'] as const;
    match(
      dispatch(...asked, 'markdown').out,
      /notifies `FREE`: `audit_free`.* `exit_sem` \(its INIT failed\)/,
    );
    match(dispatch(...asked, 'svg').out, /^<svg [\s\S]*exit_sem\(\), its INIT failed[\s\S]*<\/svg>\n$/);
    match(
      dispatch(...asked, 'html', '--link', 'vscode').out,
      /^<!DOCTYPE html>[\s\S]*href="vscode:\/\/file\/.*\/ipc\/sem\.c:24"/,
    );
    match(dispatch('INIT', '--each-failure', '--format', 'html').out, /<td class="number">5<\/td>/);
    match(
      dispatch('INIT', '--each-failure', '--format', 'markdown').out,
      /^\| 5 \| `copy_semundo` \| -ENOMEM /m,
    );
  });

  it('answers a wrong question with one line and status 2', () => {
    for (const [words, line] of [
      [['FORK'], /no event FORK/],
      [
        ['INIT', '--val', 'CLONE_MOON'],
        /^tw-index: val CLONE_MOON: CLONE_MOON is not a constant that kernel\/fork\.c sees$/m,
      ],
      [['INIT', '--val', 'CLONE_VM|CLONE_SYSVEM'], /did you mean CLONE_SYSVSEM\?$/m],
      [['INIT', '--val', 'CLONE_VM|'], /CLONE_VM\|: not a number/],
      [['INIT', '--fail', 'nobody'], /nobody is not in the table of INIT/],
      [['INIT', '--fail', '='], /--fail =: give a function/],
      [
        ['INIT', '--fail', 'copy_semundo', '--fail', 'copy_semundo=EINVAL'],
        /--fail copy_semundo: named twice; a watcher fails in one way$/m,
      ],
      [
        ['INIT', '--each-failure', '--fail', 'copy_semundo'],
        /--each-failure fails every watcher itself: leave out --fail$/m,
      ],
      [['INIT', '--val', '99999999999999999999999999'], /: does not fit into unsigned long$/m],
      [['INIT', '--val', '0x1ffffffffffffffffUL'], /: does not fit into unsigned long$/m],
      [['INIT', '--val', '1<<64'], /^tw-index: val 1<<64: does not fit into unsigned long$/m],
      [['INIT', '--link', 'javascript:{file}'], /--link javascript:\{file\}: give none, file, vscode/],
      [['INIT', '--each-failure', '--format', 'svg'], /no picture: use --format html/],
      [['--at', 'kernel/fork.c:1'], /nothing is notified there; call sites: kernel\/fork\.c:37/],
      [['EXIT', '--at', 'kernel/fork.c:37'], /notifies INIT, not EXIT/],
    ] as const) {
      const { status, out, err } = dispatch(...words);
      equal(status, 2, words.join(' '));
      equal(out, '');
      match(err, line);
      equal(err.trim().split('\n').length, 1, err);
    }
  });
});
