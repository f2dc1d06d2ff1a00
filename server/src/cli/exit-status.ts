import type { Note } from '../syntax/note';

/** Exit statuses of every command. */
export const exitStatus = { fine: 0, findings: 1, wrong: 2 } as const;

/** Of an answer that was given: what of the input could not be read is missing in it. */
export const statusOf = (notes: readonly Note[]): number =>
  notes.some(({ isUnread }) => isUnread === true) ? exitStatus.wrong : exitStatus.fine;
