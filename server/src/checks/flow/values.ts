import {
  anySign,
  asUnsigned,
  negative,
  positive,
  signOf,
  split,
  zero,
  type Comparison,
  type Signs,
} from './signs';

/** A value, as far as it is known. */
export type Value =
  | { readonly kind: 'number'; readonly value: number }
  /** Some value; equal ids are equal values. An id holds the ids of what the value was computed from. */
  | { readonly kind: 'symbol'; readonly id: string; readonly isUnsigned?: boolean }
  /** 1 where the comparison of a symbol with a number holds, else 0. */
  | {
      readonly kind: 'truth';
      readonly id: string;
      readonly operator: Comparison;
      readonly against: number;
      readonly isUnsigned?: boolean;
    };

/** What is known of symbols, and what variables hold. */
export interface Known {
  readonly variables: ReadonlyMap<string, Value>;
  readonly signs: ReadonlyMap<string, Signs>;
}

export const number = (value: number): Value => ({ kind: 'number', value });
export const symbol = (id: string): Value => ({ kind: 'symbol', id });

/** The value was computed from the symbol, or is it. */
export const dependsOn = (value: Value, id: string): boolean =>
  value.kind !== 'number' && value.id.includes(id);

const opposite: Readonly<Record<Comparison, Comparison>> = {
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};

export function not(value: Value): Value {
  switch (value.kind) {
    case 'number':
      return number(value.value === 0 ? 1 : 0);
    case 'symbol':
      return compared(value, '==', 0);
    case 'truth':
      return { ...value, operator: opposite[value.operator] };
  }
}

export const compared = (
  { id, isUnsigned = false }: Extract<Value, { kind: 'symbol' }>,
  operator: Comparison,
  against: number,
): Value => ({ kind: 'truth', id, operator, against, isUnsigned });

/** Error numbers of every architecture (include/uapi/asm-generic/errno-base.h); the others differ between them. */
const errorNumbers: ReadonlyMap<string, number> = new Map(
  (
    'EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST ' +
    'EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE'
  )
    .split(' ')
    .map((name, at) => [name, at + 1]),
);

/** Of include/linux/notifier.h: none is negative. */
const notifierResults: ReadonlyMap<string, number> = new Map([
  ['NOTIFY_DONE', 0],
  ['NOTIFY_OK', 1],
  ['NOTIFY_STOP_MASK', 0x8000],
  ['NOTIFY_BAD', 0x8002],
  ['NOTIFY_STOP', 0x8001],
]);

/** What a name that is no variable stands for. */
export function namedValue(name: string): Value {
  if (name === 'NULL' || name === 'false') return number(0);
  if (name === 'true') return number(1);
  const error = errorNumbers.get(name) ?? notifierResults.get(name);
  return error === undefined ? symbol(name) : number(error);
}

const unrefined = (id: string): Signs => {
  // There is always a task that runs.
  if (id === 'current' || /^E[A-Z0-9]{3,}$/.test(id)) return positive;
  return /^\(-E[A-Z0-9]{3,}\)$/.test(id) ? negative : anySign;
};

export const signsOfSymbol = ({ signs }: Known, id: string): Signs => signs.get(id) ?? unrefined(id);

export function signsOf(known: Known, value: Value): Signs {
  switch (value.kind) {
    case 'number':
      return signOf(value.value);
    case 'symbol': {
      const signs = signsOfSymbol(known, value.id);
      return value.isUnsigned === true ? asUnsigned(signs) : signs;
    }
    case 'truth': {
      const { whenTrue, whenFalse } = splitTruth(known, value);
      return (whenTrue === 0 ? 0 : positive) | (whenFalse === 0 ? 0 : zero);
    }
  }
}

/** The symbol's own signs with which a comparison holds, and does not. */
function splitTruth(
  known: Known,
  { id, operator, against, isUnsigned }: Extract<Value, { kind: 'truth' }>,
): { readonly whenTrue: Signs; readonly whenFalse: Signs } {
  const own = signsOfSymbol(known, id);
  if (isUnsigned !== true || (own & negative) === 0) return split(own, operator, against);
  // Each sign as the comparison sees it.
  const parts = [negative, zero, positive].filter((sign) => (own & sign) !== 0);
  const pick = (which: 'whenTrue' | 'whenFalse'): Signs =>
    parts.reduce(
      (all, sign) => all | (split(asUnsigned(sign), operator, against)[which] === 0 ? 0 : sign),
      0,
    );
  return { whenTrue: pick('whenTrue'), whenFalse: pick('whenFalse') };
}

/** Both ways that `value != 0` may turn out, with what is known then. */
export function tested<K extends Known>(
  known: K,
  value: Value,
): readonly { readonly holds: boolean; readonly known: K }[] {
  if (value.kind === 'number') return [{ holds: value.value !== 0, known }];
  const truth = value.kind === 'truth' ? value : compared(value, '!=', 0);
  if (truth.kind !== 'truth') return [];
  const { whenTrue, whenFalse } = splitTruth(known, truth);
  const refined = (signs: Signs): K => ({ ...known, signs: new Map(known.signs).set(truth.id, signs) });
  return [
    ...(whenTrue === 0 ? [] : [{ holds: true, known: refined(whenTrue) }]),
    ...(whenFalse === 0 ? [] : [{ holds: false, known: refined(whenFalse) }]),
  ];
}

const idOf = (value: Value): string =>
  value.kind === 'number'
    ? String(value.value)
    : value.kind === 'symbol'
      ? value.id
      : `(${value.id} ${value.operator} ${String(value.against)})`;

/** A value that depends on others, and of which no more is known. */
export const computed = (operator: string, ...parts: readonly Value[]): Value =>
  symbol(widened(`(${parts.length === 1 ? operator : ''}${parts.map(idOf).join(` ${operator} `)})`));

/** An id longer than this names only the calls that it was computed from: in a loop it would grow in every turn. */
const longestId = 120;
const widened = (id: string): string =>
  id.length <= longestId
    ? id
    : `(${[...new Set(id.match(/[\w*]+(?:\(\))?@\d+;/g) ?? [])].sort().join(' ? ')} …)`;

/** `-value` */
export function negated<K extends Known>(
  known: K,
  value: Value,
): { readonly value: Value; readonly known: K } {
  if (value.kind === 'number') return { value: number(-value.value), known };
  const result = computed('-', value);
  const signs = signsOf(known, value);
  const flipped =
    (signs & zero) | ((signs & negative) === 0 ? 0 : positive) | ((signs & positive) === 0 ? 0 : negative);
  if (result.kind !== 'symbol') return { value: result, known };
  return { value: result, known: { ...known, signs: new Map(known.signs).set(result.id, flipped) } };
}
