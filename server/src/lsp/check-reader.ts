import { checkContext, checkMemory, type CheckContext, type CheckMemory } from '../checks/check-context';
import { cParser } from '../workspace/c-parser-files';
import type { FamilyView, Session } from '../workspace/session';

const memories = new WeakMap<Session, CheckMemory>();

/** A view with what reads function bodies in it; of the texts as they are now. */
export async function checkReader(session: Session, view: FamilyView): Promise<CheckContext> {
  const parser = await cParser();
  const memory = memories.get(session) ?? checkMemory();
  memories.set(session, memory);
  return checkContext(view.snapshot, {
    source: view.source,
    parser,
    mentions: session.knownMentions(),
    memory,
  });
}
