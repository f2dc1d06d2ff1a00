import { dispatcherSemantics } from '../dispatch/dispatcher-semantics';
import { dispatcherSteps } from '../dispatch/run-dispatcher';
import { treeCode } from '../dispatch/tree-code';
import type { Steps } from '../syntax/steps';
import type { CodeReader } from '../watchers/code-reader';
import { code, plain } from './markdown';
import { subjectAt } from './subject';
import type { View } from './view';

/** Whether a hover there is about the dispatcher, so that what it does with results belongs in it. */
export function isAboutDispatcher(view: View, path: string, offset: number): boolean {
  const kind = subjectAt(view, path, offset)?.kind;
  return kind === 'dispatcher' || kind === 'call-site';
}

/**
 * What the tree's dispatcher does with its watchers' results, in one sentence; `undefined`: none was found. In steps: the
 * first time, headers are read.
 */
export function* dispatcherText(reader: CodeReader): Steps<string | undefined> {
  const tree = treeCode(reader);
  const found = yield* dispatcherSteps(tree);
  if (!found) return undefined;
  yield* tree.constants.prepare(found.function.file);
  const { text, keepsErrors } = dispatcherSemantics(tree, found);
  const warning = keepsErrors === 'never' ? ' **No failure of a watcher reaches the caller.**' : '';
  return `${code(`${found.function.name}()`)}: ${plain(text)}.${warning}`;
}
