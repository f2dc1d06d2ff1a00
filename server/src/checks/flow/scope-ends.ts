import { lex } from '../../syntax/c/lex';
import type { SourceFile } from '../../syntax/c/unit';
import type { Code } from './code';

/** Words that have something done when a variable's scope ends: `__free(put_task)`, `__attribute__((cleanup(f)))`. */
const atScopeEnd = new Set(['__free', '__cleanup', 'cleanup', '__cleanup__', 'CLASS']);

/** Functions that do no more at the end of a scope than give memory back. */
const freesMemory = /^(?:kfree|kvfree|kfree_sensitive)$/;

/** Leaving the scope of a variable that stands for `task`, or is made from it, may give back what the task has. */
export function endsOfScopeCount({ text }: SourceFile, { body }: Code, task: string): boolean {
  let words: string[] = [];
  const statements = [words];
  for (const token of lex(text, body.block.range.start, body.block.range.end))
    if (/^[;{}]$/.test(token.text)) statements.push((words = []));
    else words.push(token.text);
  return statements.some((statement) => {
    const at = statement.findIndex((word) => atScopeEnd.has(word));
    return at >= 0 && statement.includes(task) && !freesMemory.test(statement[at + 2] ?? '');
  });
}
