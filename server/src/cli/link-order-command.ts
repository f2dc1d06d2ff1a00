import { z } from 'zod';
import { openKernel } from '../workspace/open-kernel';
import { setEngineFlags } from './engine-flags';
import { Failure, orFail } from './failure';
import { whyJson, whyObject } from '../features/why';
import { linkOrderJson, linkOrderText, whyText } from './link-order-text';
import { printNotes } from './notes-text';
import type { Settings } from './settings';
import { print, stylesFor } from './terminal';

const optionsSchema = z.object({ why: z.string().min(1).optional() });

export async function runLinkOrder(settings: Settings, options: unknown): Promise<number> {
  const { why: asked } = optionsSchema.parse(options);
  setEngineFlags();
  const { plan } = orFail(openKernel(settings));
  const styles = stylesFor(settings.color, process.stdout);
  const json = settings.format === 'json';
  if (asked !== undefined) {
    const why = whyObject(plan, asked);
    await print(json ? `${JSON.stringify(whyJson(why), null, 2)}\n` : whyText(why, styles));
  } else if (plan.source === 'none') {
    throw new Failure(
      'no .config, so nothing has a link order; give one with --config FILE, or ask about one object with --why',
    );
  } else {
    await print(json ? `${JSON.stringify(linkOrderJson(plan), null, 2)}\n` : linkOrderText(plan, styles));
  }
  if (!json) printNotes(plan.notes, settings);
  return 0;
}
