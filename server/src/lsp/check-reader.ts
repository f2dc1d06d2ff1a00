import { checkContext, checkMemory, type CheckContext, type CheckMemory } from '../checks/check-context';
import { cParser } from '../workspace/c-parser-files';
import type { FamilyView, Session } from '../workspace/session';

const memories = new WeakMap<Session, CheckMemory>();
const readers = new WeakMap<FamilyView, CheckContext>();
const mentionsOf = new WeakMap<CheckContext, unknown>();

/** A view with what reads function bodies in it; of the texts as they are now. */
export async function checkReader(session: Session, view: FamilyView): Promise<CheckContext> {
  const parser = await cParser();
  const mentions = session.knownMentions();
  const known = readers.get(view);
  if (known && mentionsOf.get(known) === mentions) return known;
  const memory = memories.get(session) ?? checkMemory();
  memories.set(session, memory);
  const reader = checkContext(view.snapshot, { source: view.kept, parser, mentions, memory });
  readers.set(view, reader);
  mentionsOf.set(reader, mentions);
  return reader;
}

/** Whether a view is of the texts as they are now: what is read in its reader is of one moment only as long as it is. */
export const isPresent = (session: Session, view: FamilyView): boolean => {
  const family = view.snapshot.family.name;
  return session.isCurrent(family) && session.peek(family) === view;
};
