import { z } from 'zod';
import { openKernel, type Kernel } from '../workspace/open-kernel';
import { setEngineFlags } from './engine-flags';
import { statusOf } from './exit-status';
import { Failure, orFail } from './failure';
import { whyJson, whyObject } from '../features/why';
import { linkOrderJson, linkOrderText, whyText } from './link-order-text';
import { printNotes } from './notes-text';
import type { Settings } from './settings';
import { print, stylesFor } from './terminal';
import { namesInTree } from './tree-path';

const optionsSchema = z.object({ why: z.string().optional() });

export async function runLinkOrder(settings: Settings, options: unknown): Promise<number> {
  const { why: asked } = optionsSchema.parse(options);
  if (asked === '') throw new Failure('--why: is empty');
  setEngineFlags();
  const kernel = orFail(openKernel(settings));
  const { plan } = kernel;
  const styles = stylesFor(settings.color, process.stdout);
  const json = settings.format === 'json';
  if (asked !== undefined) {
    const why = whyObject(plan, objectIn(kernel, asked));
    await print(json ? `${JSON.stringify(whyJson(why), null, 2)}\n` : whyText(why, styles));
  } else if (plan.source === 'none') {
    throw new Failure(
      'no .config, so nothing has a link order; give one with --config FILE, or ask about one object with --why',
    );
  } else {
    await print(json ? `${JSON.stringify(linkOrderJson(plan), null, 2)}\n` : linkOrderText(plan, styles));
  }
  if (!json) printNotes(plan.notes, settings);
  return statusOf(plan.notes);
}

/** What is asked about, relative to the root; something has to know it: the tree, the plan, or a makefile. */
function objectIn({ root, tree, plan }: Kernel, asked: string): string {
  const names = namesInTree(root, asked);
  const isSource = (name: string): boolean =>
    ['c', 'S', 's'].some((ending) => tree.kind(`${stemOf(name)}.${ending}`) === 'file');
  const isPlanned = (name: string): boolean =>
    plan.objects.some(({ path, source }) => path === `${stemOf(name)}.o` || source === name);
  const isNamed = (name: string): boolean => {
    const source = `${stemOf(name)}.c`;
    return (plan.source === 'none' ? plan.conditions(source) : plan.unlinked(source).why).length > 0;
  };
  const known = /[\\/]$/.test(asked)
    ? undefined
    : (names.find((name) => isSource(name) || isPlanned(name)) ?? names.find(isNamed));
  if (known !== undefined) return known;
  const kinds = names.map((name) => (name === '' ? 'directory' : tree.kind(name)));
  if (kinds.includes('directory')) throw new Failure(`--why ${asked}: a folder; name an object`);
  if (kinds.includes('file')) throw new Failure(`--why ${asked}: not a source of an object; name an object`);
  throw new Failure(`--why ${asked}: no such file in the tree`);
}

const stemOf = (name: string): string => name.replace(/\.(?:o|c|S|s)$/, '');
