import { z } from 'zod';
import type { Dispatch } from './dispatch-schema';

/** What the user chose: the value passed (an expression of the tree's own constants) and who fails. */
export const choiceSchema = z.object({
  /** Absent: as the call site passes it, whatever that is. */
  val: z.string().optional(),
  fail: z.array(z.object({ function: z.string(), errno: z.string().optional() })),
});
export type Choice = z.infer<typeof choiceSchema>;

/** A place that a notification starts from, to choose among. */
export interface SiteChoice {
  readonly id: string;
  readonly label: string;
}

/** From the extension to the page. */
export type ToPage =
  | {
      readonly kind: 'show';
      readonly dispatch: Dispatch;
      readonly choice: Choice;
      readonly sites: readonly SiteChoice[];
      /** `id` of the one shown. */
      readonly site: string;
      /** What the page keeps, to be found again when the editor restarts. */
      readonly state: unknown;
    }
  | { readonly kind: 'problem'; readonly message: string };

/** From the page to the extension; lines are 1-based, files relative to the root. */
export const fromPageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('choose'), choice: choiceSchema }),
  z.object({ kind: z.literal('site'), id: z.string() }),
  z.object({
    kind: z.literal('open'),
    file: z.string(),
    line: z.number(),
    beside: z.boolean().default(false),
  }),
]);
export type FromPage = z.infer<typeof fromPageSchema>;
