import { window } from 'vscode';
import { z } from 'zod';
import { wantedKernel } from './open-root';
import { fileUri } from './places';
import type { CallSite, Tables } from './protocol';
import type { ServerSession } from './session';
import type { TextPosition } from './tracked-position';
import type { TreeNode } from './tables-tree';

/** What is simulated: an event of a kernel's family, from a call site or from nowhere in particular. */
export const targetSchema = z.object({
  root: z.string(),
  family: z.string().optional(),
  event: z.string(),
  site: z.object({ uri: z.string(), line: z.number(), character: z.number() }).optional(),
});
export type Target = z.infer<typeof targetSchema>;
export type TargetSite = TextPosition & { readonly uri: string };

export const siteOf = (tables: Tables, { file, line, column }: CallSite): TargetSite => ({
  uri: fileUri(tables.root, file).toString(),
  line: line - 1,
  character: column - 1,
});

/** The target that a node of the view stands for. */
export function targetOfNode(node: TreeNode): Target | undefined {
  const { root, family } = node.tables;
  switch (node.kind) {
    case 'event': {
      // An event with one call site is always notified from there.
      const [only, ...more] = node.tables.callSites.filter(({ event }) => event === node.event.name);
      const site = only && more.length === 0 ? { site: siteOf(node.tables, only) } : {};
      return { root, family, event: node.event.name, ...site };
    }
    case 'callSite':
      return node.site.event === null
        ? undefined
        : { root, family, event: node.site.event, site: siteOf(node.tables, node.site) };
    case 'entry':
      return { root, family, event: node.event };
    default:
      return undefined;
  }
}

/** For the palette: the call site in the cursor's line, else what the user picks. */
export async function pickTarget(session: ServerSession): Promise<Target | undefined> {
  const wanted = wantedKernel(session);
  const root = wanted.root ?? rootAround(session, wanted.uri ?? '');
  const tables = await session.requests.tables(root === undefined ? {} : { root });
  if (!tables) throw new Error('no kernel is open');
  const editor = window.activeTextEditor;
  const here = tables.callSites.find((site) => {
    const { uri, line } = siteOf(tables, site);
    return uri === editor?.document.uri.toString() && line === editor.selection.active.line;
  });
  const target = (site: CallSite): Target | undefined => targetOfNode({ kind: 'callSite', tables, site });
  if (here) return target(here);
  const picked = await window.showQuickPick(
    tables.events.flatMap((event) => {
      const sites = tables.callSites.filter((site) => site.event === event.name);
      const detail = event.meaning ?? '';
      return [
        ...sites.map((site) => ({
          label: event.name,
          description: `${site.caller ?? '?'}(), ${site.file}:${site.line}`,
          detail,
          target: target(site),
        })),
        ...(sites.length > 0
          ? []
          : [
              {
                label: event.name,
                description: 'no call site',
                detail,
                target: targetOfNode({ kind: 'event', tables, event }),
              },
            ]),
      ];
    }),
    { title: 'Which notification?', matchOnDescription: true },
  );
  return picked?.target;
}

/** The opened kernel that a file lies in. */
export function rootAround(session: ServerSession, uri: string): string | undefined {
  const roots = [...session.kernels.keys()].filter((root) => uri.startsWith(`${root.replace(/\/$/, '')}/`));
  return roots.sort((a, b) => b.length - a.length)[0] ?? [...session.kernels.keys()][0];
}
