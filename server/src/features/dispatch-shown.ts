import type { CallerStep, DispatchResult, DispatchStep, PossibleReturn } from '../dispatch/dispatch-result';
import { code, markdownTable, plain } from './markdown';
import { meetsText } from './picture/watcher-stations';
import { place, type LinkTo } from './table-markdown';
import { slotText } from './slot-text';

/** A simulated notification as Markdown: the watchers in order, the result, and how the caller may go on. */
export function dispatchMarkdown(result: DispatchResult, linkTo: LinkTo): string {
  const { event, val, dispatcher, steps, caller, notes, certain } = result;
  const value = val.value === undefined || val.value === val.text ? '' : ` = ${plain(val.value)}`;
  const parts = [
    `# ${plain(event)}: ${steps.length === 0 ? 'nobody is called' : `${steps.length} in the table`}`,
    `${code('val')}: ${code(val.text)}${value}.${dispatcher ? ` ${code(`${dispatcher.function}()`)}, ${place(dispatcher, linkTo)}: ${plain(dispatcher.semantics)}.` : ''}`,
  ];
  if (steps.length > 0)
    parts.push(
      markdownTable(
        ['slot', 'function', 'called', 'returns', 'may return'],
        steps.map((step) => stepRow(step, linkTo)),
      ),
    );
  parts.push(
    `Returns ${result.result.map(returned).join(' or ') || 'what is not known'}${certain ? '' : ' (not certain)'}.`,
  );
  for (const [index, run] of caller.entries())
    parts.push(
      `## ${code(`${run.function}()`)}${caller.length > 1 ? `, way ${index + 1} of ${caller.length}` : ''}${run.certain ? '' : ' (not certain)'}`,
      [
        ...run.steps.map((step) => `- ${callerStep(step, run.file, event, linkTo)}`),
        ...(run.returns ? [`- returns ${returned(run.returns)}`] : []),
      ].join('\n'),
    );
  if (notes.length > 0) parts.push('## Notes', notes.map((note) => `- ${plain(note)}`).join('\n'));
  return [...parts, ''].join('\n\n');
}

function stepRow(step: DispatchStep, linkTo: LinkTo): readonly string[] {
  const chosen = step.chosen
    ? `${returned(step.chosen)}${step.injected ? ' (asked for: the source does not show how)' : ''}`
    : '';
  return [
    slotText(step.slot),
    `${code(step.function)} ${place(step, linkTo)}`,
    step.called,
    chosen,
    step.returns.map(returned).join(', '),
  ];
}

const returned = ({ text, reason }: PossibleReturn): string =>
  `${code(text)}${reason === '' ? '' : ` (${plain(reason)})`}`;

function callerStep(step: CallerStep, file: string, event: string, linkTo: LinkTo): string {
  const at = place({ file, line: step.line }, linkTo);
  switch (step.kind) {
    case 'test':
      return `${at} ${code(step.text)} ${step.holds ? 'holds' : 'does not hold'}${step.decided ? '' : ' (assumed)'}`;
    case 'goto':
      return `${at} ${code(`goto ${step.label}`)}`;
    case 'label':
      return `${at} ${code(`${step.name}:`)}`;
    case 'notify': {
      const names = step.watchers
        .map((watcher) => {
          const { text, tone } = meetsText(watcher.meets, event);
          return `${code(watcher.function)}${tone === 'quiet' ? '' : ` (${plain(text)})`}`;
        })
        .join(', ');
      return `${at} notifies ${code(step.event)}: ${names === '' ? 'nobody' : names}`;
    }
    case 'call':
      return `${at} calls ${code(`${step.function}()`)}`;
    case 'return':
      return `${at} ${code(step.text)}`;
    case 'unknown':
      return `${at} ${plain(step.reason)}`;
  }
}
