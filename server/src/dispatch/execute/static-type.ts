import type { Expression } from '../../syntax/c/function-body';
import { arithmeticType, literal } from './arithmetic';
import { cType, int, promoted, unsignedLong, type CType } from './c-type';
import type { Frame } from './program';

/** The type of an expression that is not evaluated; `undefined`: not known. */
export function staticType(frame: Frame, expression: Expression): CType | undefined {
  const { wordBits } = frame.program;
  switch (expression.kind) {
    case 'number': {
      const value = literal(expression.text, wordBits);
      return value.kind === 'number' ? value.type : undefined;
    }
    case 'char':
      return int;
    case 'identifier':
      if (frame.types.has(expression.name)) return frame.types.get(expression.name);
      return frame.program.constant(frame.function.file, expression.name)?.type;
    case 'cast':
      return cType(expression.type, wordBits);
    case 'sizeof':
      return unsignedLong(wordBits);
    case 'unary': {
      if (expression.operator === '!') return int;
      const type = staticType(frame, expression.operand);
      return type && promoted(type);
    }
    case 'binary': {
      if (/^(?:&&|\|\||[<>]=?|[=!]=)$/.test(expression.operator)) return int;
      return arithmeticType(
        expression.operator,
        staticType(frame, expression.left),
        staticType(frame, expression.right),
      );
    }
    case 'assign':
      return staticType(frame, expression.target);
    case 'update':
      return staticType(frame, expression.operand);
    case 'conditional': {
      const [yes, no] = [expression.whenTrue ?? expression.condition, expression.whenFalse].map((part) =>
        staticType(frame, part),
      );
      return arithmeticType('?', yes, no);
    }
    case 'comma': {
      const last = expression.expressions.at(-1);
      return last && staticType(frame, last);
    }
    default:
      return undefined;
  }
}
