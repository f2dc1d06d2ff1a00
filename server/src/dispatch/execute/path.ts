import type { Expression } from '../../syntax/c/function-body';

/** `tsk->signal->count`, `*p`, `a[2]`: storage by name; `undefined`: an index or a pointer that is computed. */
export function pathOf(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'identifier':
      return expression.name;
    case 'member': {
      const object = pathOf(expression.object);
      return object === undefined
        ? undefined
        : `${object}${expression.arrow ? '->' : '.'}${expression.member}`;
    }
    case 'dereference': {
      const object = pathOf(expression.operand);
      return object === undefined ? undefined : `*(${object})`;
    }
    case 'index': {
      const object = pathOf(expression.object);
      return object === undefined || expression.index.kind !== 'number'
        ? undefined
        : `${object}[${expression.index.text}]`;
    }
    default:
      return undefined;
  }
}
