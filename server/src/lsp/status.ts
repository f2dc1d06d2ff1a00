import type { FamilyView, SessionState } from '../workspace/session';
import type { StatusParams } from './protocol';

/** More notes than this are for the table command. */
const mostNotes = 50;

/** What a client is told of a kernel's state. */
export function statusOf(root: string, state: SessionState, view: FamilyView | undefined): StatusParams {
  const fraction = state.kind === 'indexing' ? state.fraction : undefined;
  return {
    root,
    state: state.kind,
    message: state.kind === 'ready' ? 'ready' : state.message,
    ...(fraction === undefined ? {} : { fraction }),
    ...(view === undefined
      ? {}
      : {
          registrations: view.snapshot.tables.reduce((sum, { entries }) => sum + entries.length, 0),
          config: view.snapshot.configFile ?? null,
          notes: view.snapshot.notes.slice(0, mostNotes).map(({ message }) => message),
        }),
  };
}
