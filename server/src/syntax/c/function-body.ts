import type { Range } from '../positions';
import type { ConditionChoice } from './tree/branch-choices';

/**
 * What a function's body says, as plain immutable data that can be kept as JSON. Every node has its range in the file's
 * own text (0-based UTF-16 offsets, half-open), inside that of its parent. Parentheses have no node: the range of
 * `(a + b)` is that of `a + b`. `likely(x)`, `unlikely(x)` and every other macro stay the calls they are written as:
 * macros are not expanded. A body has no `#if`s: where the code has them, there is one body for each way they may go.
 */
export interface FunctionBody {
  readonly name: string;
  readonly block: BlockStatement;
  /** Which `#if` conditions were taken to hold, and which not; empty where the code has none left open. */
  readonly assumed: readonly ConditionChoice[];
}

export interface BlockStatement {
  readonly kind: 'block';
  readonly range: Range;
  readonly statements: readonly Statement[];
}

/**
 * Labels and cases are statements of their own, before the statement they mark: control falls through them. Where C
 * wants one statement and finds a label (`if (x) out: f();`), the two stand in a block.
 */
export type Statement =
  | BlockStatement
  | DeclarationStatement
  | { readonly kind: 'expression'; readonly range: Range; readonly expression: Expression }
  | {
      readonly kind: 'if';
      readonly range: Range;
      readonly condition: Expression;
      readonly then: Statement;
      readonly else: Statement | undefined;
    }
  | {
      readonly kind: 'while';
      readonly range: Range;
      readonly condition: Expression;
      readonly body: Statement;
    }
  | { readonly kind: 'do'; readonly range: Range; readonly body: Statement; readonly condition: Expression }
  | {
      readonly kind: 'for';
      readonly range: Range;
      /** A declaration or an expression statement. */
      readonly initialise: Statement | undefined;
      /** `undefined`: for ever. */
      readonly condition: Expression | undefined;
      readonly step: Expression | undefined;
      readonly body: Statement;
    }
  /** `list_for_each_entry(p, head, list) …`, `scoped_guard(…) …`: how often the body runs, the macro decides. */
  | {
      readonly kind: 'macro-loop';
      readonly range: Range;
      readonly name: string;
      readonly nameRange: Range;
      readonly arguments: readonly Expression[];
      readonly body: Statement;
    }
  | {
      readonly kind: 'switch';
      readonly range: Range;
      readonly value: Expression;
      readonly body: Statement;
    }
  /** `case value:`, or GNU C's `case value ... last:`. */
  | {
      readonly kind: 'case';
      readonly range: Range;
      readonly value: Expression;
      readonly last: Expression | undefined;
    }
  | { readonly kind: 'default'; readonly range: Range }
  | { readonly kind: 'label'; readonly range: Range; readonly name: string; readonly nameRange: Range }
  | { readonly kind: 'goto'; readonly range: Range; readonly label: string; readonly labelRange: Range }
  /** `goto *target;` */
  | { readonly kind: 'computed-goto'; readonly range: Range; readonly target: Expression }
  | { readonly kind: 'return'; readonly range: Range; readonly value: Expression | undefined }
  | { readonly kind: 'break'; readonly range: Range }
  | { readonly kind: 'continue'; readonly range: Range }
  /** `names`: every identifier in it, since it may change those; `labels`: where an `asm goto` may jump to. */
  | {
      readonly kind: 'asm';
      readonly range: Range;
      readonly names: readonly string[];
      readonly labels: readonly string[];
    }
  | { readonly kind: 'empty'; readonly range: Range }
  /** Not understood; nothing may be concluded from it. */
  | { readonly kind: 'unknown'; readonly range: Range; readonly text: string };

export interface DeclarationStatement {
  readonly kind: 'declaration';
  readonly range: Range;
  /** `static`, `extern`, `typedef`, `register`, `auto` as written. */
  readonly storage: readonly string[];
  /** Without storage, white space folded: `struct task_struct`, `const unsigned long`. */
  readonly type: string;
  readonly declarators: readonly Declarator[];
}

export interface Declarator {
  readonly range: Range;
  readonly name: string;
  readonly nameRange: Range;
  /** The declarator with its name, white space folded: `*p`, `buf[16]`, `(*fn)(int)`. */
  readonly text: string;
  readonly initialiser: Expression | undefined;
}

export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

export type AssignOperator = '=' | '*=' | '/=' | '%=' | '+=' | '-=' | '<<=' | '>>=' | '&=' | '^=' | '|=';

export type Expression =
  | { readonly kind: 'identifier'; readonly range: Range; readonly name: string }
  /** `value`: `undefined` for floating point and for what a double cannot hold exactly (2^53 and above). */
  | {
      readonly kind: 'number';
      readonly range: Range;
      readonly text: string;
      readonly value: number | undefined;
    }
  /** Adjacent literals are one, and so are the macros between them (`KERN_ERR "…" PRIu64 "…"`). */
  | { readonly kind: 'string'; readonly range: Range; readonly text: string }
  | {
      readonly kind: 'char';
      readonly range: Range;
      readonly text: string;
      readonly value: number | undefined;
    }
  | CallExpression
  | {
      readonly kind: 'unary';
      readonly range: Range;
      readonly operator: '!' | '~' | '-' | '+';
      readonly operand: Expression;
    }
  | {
      readonly kind: 'update';
      readonly range: Range;
      readonly operator: '++' | '--';
      readonly prefix: boolean;
      readonly operand: Expression;
    }
  | { readonly kind: 'address'; readonly range: Range; readonly operand: Expression }
  | { readonly kind: 'dereference'; readonly range: Range; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly range: Range;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'assign';
      readonly range: Range;
      readonly operator: AssignOperator;
      readonly target: Expression;
      readonly value: Expression;
    }
  /** `whenTrue` is `undefined` in GNU C's `a ?: b`: the condition's own value. */
  | {
      readonly kind: 'conditional';
      readonly range: Range;
      readonly condition: Expression;
      readonly whenTrue: Expression | undefined;
      readonly whenFalse: Expression;
    }
  | { readonly kind: 'comma'; readonly range: Range; readonly expressions: readonly Expression[] }
  | {
      readonly kind: 'member';
      readonly range: Range;
      readonly object: Expression;
      readonly arrow: boolean;
      readonly member: string;
      readonly memberRange: Range;
    }
  | { readonly kind: 'index'; readonly range: Range; readonly object: Expression; readonly index: Expression }
  | {
      readonly kind: 'cast';
      readonly range: Range;
      /** White space folded: `void`, `struct task_struct *`. */
      readonly type: string;
      readonly operand: Expression;
    }
  /** `sizeof`, `_Alignof`, `typeof` and their spellings, of an expression or of a `type`. */
  | {
      readonly kind: 'sizeof';
      readonly range: Range;
      readonly operator: string;
      readonly operand: Expression;
    }
  | {
      readonly kind: 'compound-literal';
      readonly range: Range;
      readonly type: string;
      readonly initialiser: Expression;
    }
  | {
      readonly kind: 'initialiser-list';
      readonly range: Range;
      readonly items: readonly InitialiserItem[];
    }
  /** GNU C's `({ … })`. */
  | { readonly kind: 'statement-expression'; readonly range: Range; readonly block: BlockStatement }
  /** GNU C's `&&label`. */
  | { readonly kind: 'label-address'; readonly range: Range; readonly label: string }
  /** A type where a value would stand: `sizeof(struct x)`, `container_of(p, struct x, m)`, `va_arg(ap, int)`. */
  | { readonly kind: 'type'; readonly range: Range; readonly text: string }
  /** Not understood (an operator passed to a macro, say); nothing may be concluded from it. */
  | { readonly kind: 'unknown'; readonly range: Range; readonly text: string };

export interface CallExpression {
  readonly kind: 'call';
  readonly range: Range;
  readonly callee: Expression;
  readonly arguments: readonly Expression[];
}

export interface InitialiserItem {
  readonly range: Range;
  /** `.member`, `[3]`, `[0 ... 9].x` as written, white space folded. */
  readonly designator: string | undefined;
  readonly value: Expression;
}

export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { kind: K }>;
export type StatementOf<K extends Statement['kind']> = Extract<Statement, { kind: K }>;
