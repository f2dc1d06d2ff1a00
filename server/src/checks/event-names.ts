import { holdsText, rememberByFile } from '../syntax/c/remember-by-file';
import type { SourceFile } from '../syntax/c/unit';
import { eventOfSection, type FamilyEvent } from '../watchers/family';
import type { CheckContext } from './check-context';

/** `WATCH_TASK_` of `WATCH_TASK_INIT`: what constants of the family begin with; `undefined`: there are none. */
export function constantPrefix(events: readonly FamilyEvent[]): string | undefined {
  for (const { name, constant } of events)
    if (constant?.endsWith(name) === true) return constant.slice(0, -name.length);
  return undefined;
}

/**
 * True where the tree itself knows of an event that the family does not: it has a constant of that name, or the linker
 * script takes its section. A kernel may have added an event of its own.
 */
export function isTreesOwnEvent(context: CheckContext, section: string): boolean {
  const { snapshot } = context;
  const event = eventOfSection(snapshot.family, section);
  if (event === undefined) return false;
  if (isTakenByScript(context, section)) return true;
  const prefix = constantPrefix(snapshot.family.events);
  return prefix !== undefined && definesName(context, prefix + event.toUpperCase());
}

function isTakenByScript({ snapshot }: CheckContext, section: string): boolean {
  return (snapshot.script?.statements ?? []).some(
    (statement) =>
      statement.kind === 'output' &&
      statement.name !== '/DISCARD/' &&
      statement.contents.some(
        (content) => content.kind === 'input' && content.sections.some(({ glob }) => glob === section),
      ),
  );
}

/** A `#define` of the name, or an enumerator, in one of the files that hold a needle of the family. */
export function definesName(context: CheckContext, name: string): boolean {
  return context.snapshot.candidates.some((path) => {
    const file = context.source(path);
    if (!file || !holdsText(file, name)) return false;
    const known = defined(file);
    let answer = known.get(name);
    if (answer === undefined) known.set(name, (answer = definesIn(file, name)));
    return answer;
  });
}

const defined = rememberByFile(() => new Map<string, boolean>());

const definesIn = ({ text, facts }: SourceFile, name: string): boolean =>
  facts.directives.some((directive) => directive.kind === 'define' && directive.name === name) ||
  new RegExp(`\\benum\\b[^{;]*\\{[^}]*\\b${name}\\b`).test(text);
