import { lex, type Token } from '../syntax/c/lex';
import type { Prototype } from '../watchers/family';
import type { DefinedFunction } from './code-words';

/** A watcher's declaration as C has it: `int name(unsigned long val, struct task_struct *tsk)`. */
export function declarationOf(prototype: Prototype, name: string): string {
  const parameters = prototype.parameters.map(
    ({ type, name: parameter }) => `${type}${type.endsWith('*') ? '' : ' '}${parameter}`,
  );
  return `${prototype.returnType} ${name}(${parameters.join(', ')})`;
}

const storage = new Set(['static', 'inline', '__inline', '__inline__', 'extern', 'noinline', 'notrace']);

/** Whether a function's head, as text, is that of the prototype. Annotations in it do not count. */
export function hasPrototype({ name, head }: DefinedFunction, prototype: Prototype): boolean {
  const tokens = lex(head);
  const at = tokens.findIndex((token, index) => token.text === name && tokens[index + 1]?.text === '(');
  if (at < 0) return false;
  const returns = tokens
    .slice(0, at)
    .filter((token) => !storage.has(token.text) && !/^__\w+$/.test(token.text));
  if (folded(returns) !== foldedText(prototype.returnType)) return false;
  const given: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(at + 1)) {
    if (token.text === '(' && depth++ === 0) continue;
    if (token.text === ')' && --depth === 0) break;
    if (token.text === ',' && depth === 1) given.push([]);
    else given.at(-1)?.push(token);
  }
  return (
    given.length === prototype.parameters.length &&
    given.every((parameter, index) => {
      const wanted = foldedText(prototype.parameters[index]?.type ?? '');
      const plain = parameter.filter((token) => !/^__\w+$/.test(token.text));
      return folded(plain) === wanted || folded(plain.slice(0, -1)) === wanted;
    })
  );
}

const folded = (tokens: readonly Token[]): string => tokens.map(({ text }) => text).join(' ');
const foldedText = (type: string): string => folded(lex(type));
