import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import type { SessionState } from '../workspace/session';

export interface ProgressReporter {
  report(state: SessionState): void;
}

/** Work-done progress for one indexing run; ends itself when the run is over. */
export function progressOf(connection: Connection, title: string): ProgressReporter {
  let latest: SessionState | undefined;
  let reporter: WorkDoneProgressServerReporter | undefined;
  let over = false;
  const show = (state: SessionState): void => {
    if (!reporter || over) return;
    if (state.kind === 'indexing') reporter.report(Math.round((state.fraction ?? 0) * 100), state.message);
    else {
      over = true;
      reporter.done();
    }
  };
  void connection.window
    .createWorkDoneProgress()
    .then((created) => {
      reporter = created;
      created.begin(title, 0, 'indexing', false);
      if (latest) show(latest);
    })
    .catch(() => undefined);
  return {
    report(state) {
      latest = state;
      show(state);
    },
  };
}
