/** More ways to walk the table than those whose meaning is told in words: order, stopping, joining, odd types. */
export const moreDispatchers: readonly string[] = [
  // Joined by OR: two errors make a third number.
  `	const task_watcher_fn *watcher;
	int ret = 0;

	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++)
		ret |= (*watcher)(val, tsk);
	return ret;`,
  // Backwards, the last failing one wins.
  `	const task_watcher_fn *watcher = twtable[ev + 1];
	int err, ret = 0;

	while (watcher-- > twtable[ev]) {
		err = (*watcher)(val, tsk);
		if (err < 0)
			ret = err;
	}
	return ret;`,
  // NOTIFY_OK as it was meant.
  `	const task_watcher_fn *watcher = twtable[ev], *end = twtable[ev + 1];
	int ret_err = NOTIFY_OK, err;

	for (; watcher < end; watcher++) {
		err = (*watcher)(val, tsk);
		if (unlikely((err < 0) && (ret_err == NOTIFY_OK)))
			ret_err = err;
	}
	return ret_err == NOTIFY_OK ? 0 : ret_err;`,
  // Stops at the first that is not 0, be it an error or not, out of the middle of the loop.
  `	const task_watcher_fn *watcher;
	int err = 0;

	for (watcher = twtable[ev]; ; watcher++) {
		if (watcher >= twtable[ev + 1])
			goto done;
		err = (*watcher)(val, tsk);
		if (!err)
			continue;
		goto done;
	}
done:
	return err;`,
  // Only INIT may fail; a switch decides.
  `	const task_watcher_fn *watcher;
	int ret = 0;

	for (watcher = twtable[ev]; watcher != twtable[ev + 1]; ++watcher) {
		int err = watcher[0](val, tsk);

		switch (ev) {
		case WATCH_TASK_INIT:
			ret = ret ?: err;
			break;
		default:
			break;
		}
	}
	return ret < 0 ? ret : 0;`,
  // The errors are counted, and the last one is kept in a type too narrow.
  `	const task_watcher_fn *watcher = twtable[ev];
	unsigned int failed = 0;
	short last = 0;

	do {
		if (watcher >= twtable[ev + 1])
			break;
		last = (*watcher)(val, tsk) ?: last;
		failed += last < 0;
	} while (watcher++ < twtable[ev + 1]);
	return failed ? last : 0;`,
];

/** More callers: other tests of the result, kept in other types and places. */
export const moreCallers: readonly string[] = [
  `	retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	if (retval != 0)
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return retval;`,
  // The wrong test.
  `	retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	if (retval > 0) {
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
		return -EINVAL;
	}
	return 0;`,
  // Never less than 0.
  `	unsigned int result = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);

	if (result < 0)
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return result ? -EAGAIN : 0;`,
  `	void *made = ERR_PTR(notify_task_watchers(WATCH_TASK_INIT, clone_flags, p));

	if (IS_ERR(made)) {
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
		return PTR_ERR(made);
	}
	return 0;`,
  // By way of a field.
  `	p->hardirqs_enabled = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	if (p->hardirqs_enabled < 0)
		goto failed;
	return 0;
failed:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return p->hardirqs_enabled;`,
  // A flag of its own, and a variable of its own that is passed on.
  `	unsigned long flags = clone_flags & ~CLONE_FILES;
	_Bool failed;

	failed = notify_task_watchers(WATCH_TASK_INIT, flags, p) < 0;
	if (failed && !(flags & CLONE_THREAD))
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return failed ? -EPERM : flags & CLONE_FILES ? 1 : 0;`,
  `	switch (retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p)) {
	case 0:
		return 0;
	case -ENOMEM:
		retval = -EAGAIN;
		/* fall through */
	case -EPERM:
	case -EINVAL:
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
		break;
	default:
		if (retval > 0)
			return 0;
	}
	return retval;`,
  // Tries once more.
  `	int tries = 0;

again:
	retval = ext_take(1);
	if (retval == 0)
		retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	if (retval < 0 && tries++ < 0)
		goto again;
	if (retval < 0)
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return (short)retval;`,
];
