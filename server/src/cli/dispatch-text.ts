import type {
  CallerRun,
  CallerStep,
  DispatchResult,
  DispatchStep,
  FailureRow,
  LaterWatcher,
} from '../dispatch/dispatch-result';
import { someOf } from '../features/failures-shown';
import { isFailure, meetsText } from '../features/picture/watcher-stations';
import { columns, placeText, type Styles } from './terminal';
import { slotText } from '../features/slot-text';

/** A simulated notification for a terminal: the watchers in slot order, the result, the caller's way on. */
export function dispatchText(result: DispatchResult, styles: Styles): string {
  const { dispatcher, steps, notes, caller } = result;
  const lines = [titleOf(result, styles)];
  if (dispatcher)
    lines.push(
      `${dispatcher.function}() ${dispatcher.keepsErrors ? dispatcher.semantics : styles.red(dispatcher.semantics)}  ${styles.dim(placeText(dispatcher))}`,
    );
  lines.push('');
  lines.push(...(steps.length === 0 ? [styles.dim('  nobody is in this table')] : stepLines(steps, styles)));
  lines.push('', resultLine(result, styles));
  const [first, ...others] = caller;
  if (first) lines.push('', ...runLines(first, result, styles));
  if (others.length > 0) {
    lines.push('', `${String(others.length)} other way${others.length > 1 ? 's' : ''} on:`);
    lines.push(...columns(others.map((run) => [`  ${returnsOf(run)}`, styles.dim(turnOf(run))])));
  }
  if (notes.length > 0) lines.push('', ...notes.map((note) => `${styles.yellow('note:')} ${note}`));
  return `${lines.join('\n')}\n`;
}

function titleOf({ event, val }: DispatchResult, styles: Styles): string {
  if (val.value === undefined) {
    const name = val.text === 'val' ? '' : ` ${val.text},`;
    return `${styles.bold(event)}  ${styles.dim('val')}${name} not known`;
  }
  const value = hex(val.value);
  const shown = val.text === val.value || val.text === value ? value : `${val.text} = ${value}`;
  return `${styles.bold(event)}  ${styles.dim('val')} ${shown}`;
}

/** Flags are read in hexadecimal. */
const hex = (decimal: string): string => {
  const value = BigInt(decimal);
  return value < 10n ? decimal : `0x${value.toString(16)}`;
};

function stepLines(steps: readonly DispatchStep[], styles: Styles): readonly string[] {
  const rows = [['  slot', 'watcher', 'returns', styles.dim('where, why')]];
  for (const step of steps) {
    const { called, chosen, slot } = step;
    const text = called === 'no' ? styles.dim('not called') : (chosen?.text ?? 'unknown');
    const isError = isFailure(chosen);
    const why = [
      called === 'maybe' ? 'may not be called' : '',
      step.injected ? 'asked for; the source does not show how' : (chosen?.reason ?? ''),
      sameElsewhere(step),
      otherReturns(step),
    ].filter((part) => part !== '');
    const place = chosen && called !== 'no' ? placeText(chosen) : placeText(step);
    rows.push([
      `  ${slotText(slot).padStart(4)}`,
      called === 'no' ? styles.dim(step.function) : step.function,
      isError ? styles.red(text) : text,
      `${styles.dim(place)}  ${[...new Set(why)].join('; ')}`.trimEnd(),
    ]);
  }
  return columns(rows);
}

/** Further lines in which it returns the same. */
function sameElsewhere({ returns, chosen, called, injected }: DispatchStep): string {
  if (called === 'no' || !chosen || injected) return '';
  const lines = returns.filter(
    ({ text, file, line }) => text === chosen.text && file === chosen.file && line !== chosen.line,
  );
  return lines.length === 0 ? '' : `or ${lines.map(({ line }) => `line ${String(line)}`).join(', ')}`;
}

/** What it may return beside what it is taken to. */
function otherReturns({ returns, chosen, called }: DispatchStep): string {
  if (called === 'no') return '';
  const others = [...new Set(returns.map(({ text }) => text))].filter((text) => text !== chosen?.text);
  return others.length === 0 ? '' : `may return ${others.join(', ')}`;
}

/** The answer stands on what watchers are taken to return. */
function assumed({ steps }: DispatchResult): string {
  const called = steps.filter(({ called }) => called !== 'no');
  const others = called.some(
    ({ chosen, returns }) =>
      !isFailure(chosen) && returns.some((one) => isFailure(one) || one.value === undefined),
  );
  if (!others) return '';
  return called.some(({ chosen }) => isFailure(chosen)) ? ', if nobody else fails' : ', if nobody fails';
}

function resultLine(dispatched: DispatchResult, styles: Styles): string {
  const { result, certain } = dispatched;
  const texts = result.map(({ text, reason }) => (reason === '' ? text : `${text} ${reason}`)).join(' or ');
  const known = certain ? styles.green('certain') : styles.yellow('not certain');
  return `${styles.bold('result')}  ${texts === '' ? 'unknown' : texts}  (${known}${assumed(dispatched)})`;
}

function runLines(run: CallerRun, { event }: DispatchResult, styles: Styles): readonly string[] {
  const rows = run.steps.map((step) => [
    `  ${styles.dim(`${run.file}:${String(step.line)}`)}`,
    stepText(step, event, styles),
  ]);
  return [
    `${styles.bold(`${run.function}()`)} then${run.certain ? '' : styles.yellow(', as far as it can be told')}`,
    ...columns(rows),
    `  ${styles.bold('returns')}  ${returnsOf(run)}`,
  ];
}

const returnsOf = ({ returns }: CallerRun): string => returns?.text ?? 'nothing, or it does not return';

function stepText(step: CallerStep, event: string, styles: Styles): string {
  switch (step.kind) {
    case 'test':
      return `${step.text} ${step.holds ? 'holds' : 'does not hold'}${step.decided ? '' : styles.yellow(' (taken so)')}`;
    case 'goto':
      return `goto ${styles.cyan(step.label)}`;
    case 'label':
      return `${styles.cyan(step.name)}:`;
    case 'notify': {
      const names = step.watchers.map((watcher) => laterText(watcher, event, styles)).join(', ');
      const after = {
        complete: `, after ${event}`,
        failed: `, after ${event} failed`,
        never: `, though the task has never seen ${event}`,
        unknown: '',
      }[step.afterInit];
      return `notifies ${styles.bold(step.event)}${after}: ${names === '' ? 'nobody' : names}`;
    }
    case 'call':
      return `${step.function}()`;
    case 'return':
      return step.text;
    case 'unknown':
      return styles.yellow(step.reason);
  }
}

/** With what it meets, where that is not as it should be. */
function laterText({ function: name, meets }: LaterWatcher, event: string, styles: Styles): string {
  const { text, tone } = meetsText(meets, event);
  return tone === 'quiet' ? name : `${name} ${styles.yellow(`(${text})`)}`;
}

/** Where a way leaves the others: its first jump. */
function turnOf({ steps }: CallerRun): string {
  const jump = steps.find((step) => step.kind === 'goto');
  const last = steps.at(-1);
  return jump?.kind === 'goto'
    ? `line ${String(jump.line)}: goto ${jump.label}`
    : last
      ? `line ${String(last.line)}${last.kind === 'unknown' ? `: ${last.reason}` : ''}`
      : '';
}

/** One line for each watcher that fails in turn. */
export function failureTableText(rows: readonly FailureRow[], styles: Styles): string {
  if (rows.length === 0) return 'nobody is in this table\n';
  const header = [
    'slot',
    'fails',
    'with',
    'ran before',
    'ran after',
    'dispatcher',
    'caller',
    'freed by',
    'not given back',
  ];
  const cells = rows.map((row) => [
    slotText(row.failed.slot).padStart(4),
    row.failed.function,
    row.injected ? styles.dim(`(${row.error})`) : row.error,
    String(row.ranBefore.length),
    String(row.ranAfter.length),
    row.dispatcherReturns,
    `${row.callerReturns === '' ? 'no call site' : row.callerReturns}${row.certain ? '' : styles.yellow(' ?')}`,
    row.freed.length === 0 ? styles.yellow('nobody') : String(row.freed.length),
    [
      row.notGivenBack.length === 0 ? '' : styles.red(someOf(row.notGivenBack)),
      row.maybeNotGivenBack.length === 0 ? '' : styles.yellow(`${someOf(row.maybeNotGivenBack)} ?`),
    ]
      .filter((text) => text !== '')
      .join(', '),
  ]);
  const only = rows.some(({ injected }) => injected)
    ? styles.dim('(in brackets: asked for, the source does not show how it could fail)\n')
    : '';
  const kept = [...new Set(rows.flatMap(({ notGivenBack }) => notGivenBack))];
  const all =
    kept.length === 0
      ? ''
      : `${styles.red('not given back')} on some way out, as nothing in their files runs on the event that undoes this one: ${kept.join(', ')}\n`;
  const open = rows.some(({ maybeNotGivenBack }) => maybeNotGivenBack.length > 0)
    ? styles.dim('(not given back ?: what runs on the way out is not followed, and may do so)\n')
    : '';
  return `${columns([header.map((word) => styles.dim(word)), ...cells]).join('\n')}\n${only}${all}${open}`;
}
