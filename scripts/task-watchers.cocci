// What a person who knows Coccinelle could write against the same errors: one semantic patch for a tree whose watchers
// are registered with task_watcher_func(). Every match is a finding. Used by scripts/compare-checks.ts.

virtual unused

@ignored@
@@
(
* notify_task_watchers(WATCH_TASK_INIT, ...);
|
* (void)notify_task_watchers(WATCH_TASK_INIT, ...);
)

@overwritten@
expression r, other;
@@
* r = notify_task_watchers(WATCH_TASK_INIT, ...);
  ... when != r
  r = other;

@untested@
expression r;
identifier f;
@@
  f(...) {
  ...
* r = notify_task_watchers(WATCH_TASK_INIT, ...);
  ... when != r < 0
      when != r != 0
      when != \(IS_ERR(r)\|unlikely(r < 0)\)
      when != if (r) { ... }
  }

@positive@
expression r;
@@
* r = notify_task_watchers(WATCH_TASK_INIT, ...);
  if (\(r > 0\|r == 1\|r == NOTIFY_OK\|r == NOTIFY_BAD\)) { ... }

@skips@
expression r;
@@
* r = notify_task_watchers(WATCH_TASK_INIT, ...);
  if (\(r < 0\|r\|r != 0\)) {
    ... when != notify_task_watchers(WATCH_TASK_FREE, ...)
    return ...;
  }

@early@
identifier l;
expression e;
@@
  if (e) {
    ...
    goto l;
  }
  ... when != notify_task_watchers(WATCH_TASK_INIT, ...)
  notify_task_watchers(WATCH_TASK_INIT, ...)
  ... when any
  l:
  ... when any
* notify_task_watchers(WATCH_TASK_FREE, ...);

@registered@
declarer name task_watcher_func;
identifier ev, f;
@@
  task_watcher_func(ev, f);

@start@
identifier f;
@@
  task_watcher_func(init, f);

@swallows@
identifier start.f;
expression x;

@@
  f(...) {
  <+...
* x = kzalloc(...);
  if (!x) { ... return \(0\|1\); }
  ...+>
  }

@returns_void@
identifier registered.f;
@@
* static void f(...) { ... }

@takes_int@
identifier registered.f, v, t;
@@
* f(unsigned int v, struct task_struct *t) { ... }

@takes_one@
identifier registered.f, t;
@@
* f(struct task_struct *t) { ... }

@placed_in_init@
identifier registered.f;
attribute name __init;
@@
* __init f(...) { ... }

@twice@
identifier ev, f;
@@
  task_watcher_func(ev, f);
  ...
* task_watcher_func(ev, f);

@declared@
identifier registered.f;
@@
* extern int f(...);

@sleeps@
identifier registered.f;
@@
  f(...) {
  <+...
* \(mutex_lock(...)\|msleep(...)\|kmalloc(..., GFP_KERNEL)\)
  ...+>
  }

@dispatcher@
expression err, ret;
@@
* if (<+... ret == NOTIFY_OK ...+>)
    ret = err;
