import { type Disposable, EventEmitter, LogLevel, type LogOutputChannel, workspace } from 'vscode';

/**
 * The channel that the client writes traced messages to. They are written when `taskWatchers.trace.server` says so,
 * whatever log level is chosen for the output channel: the setting is what people know from other language servers.
 */
export function traceChannel(log: LogOutputChannel): {
  readonly channel: LogOutputChannel;
  readonly watch: Disposable;
} {
  const levelChanged = new EventEmitter<LogLevel>();
  const level = (): LogLevel =>
    workspace.getConfiguration('taskWatchers').get<string>('trace.server', 'off') === 'off'
      ? LogLevel.Off
      : LogLevel.Trace;
  const write = (message: string | Error): void => {
    log.info(message instanceof Error ? message.message : message);
  };
  const channel: LogOutputChannel = {
    name: log.name,
    get logLevel() {
      return level();
    },
    onDidChangeLogLevel: levelChanged.event,
    trace: write,
    debug: write,
    info: write,
    warn: write,
    error: write,
    append: (text) => log.append(text),
    appendLine: (text) => log.appendLine(text),
    replace: (text) => log.replace(text),
    clear: () => log.clear(),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the interface has both overloads
    show: (column?: unknown, preserveFocus?: boolean) => log.show(column === true || preserveFocus),
    hide: () => log.hide(),
    // The channel behind it belongs to the extension.
    dispose: () => undefined,
  };
  const watch = workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('taskWatchers.trace.server')) levelChanged.fire(level());
  });
  return { channel, watch };
}
