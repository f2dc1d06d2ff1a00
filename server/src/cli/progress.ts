/** What a long step reports; `total` 0 while it is not known. */
export type Report = (step: string, done: number, total: number) => void;

export interface ProgressLine {
  readonly report: Report;
  readonly end: () => void;
}

const firstShownAfterMs = 400;
const betweenMs = 80;

/**
 * One line on stderr, rewritten in place, shown only on a terminal and only when the work takes long enough to be
 * noticed. `end()` removes it.
 */
export function progressLine(wanted: boolean): ProgressLine {
  const stream = process.stderr;
  if (!wanted || !stream.isTTY) return { report: () => undefined, end: () => undefined };
  const began = Date.now();
  let last = 0;
  return {
    report(step, done, total) {
      const now = Date.now();
      if (now - began < firstShownAfterMs || now - last < betweenMs) return;
      last = now;
      const amount = total > 0 ? ` ${done}/${total} (${Math.floor((100 * done) / total)}%)` : '';
      stream.write(`\r\u001b[2K${step}${amount}`);
    },
    end() {
      if (last > 0) stream.write('\r\u001b[2K');
    },
  };
}
