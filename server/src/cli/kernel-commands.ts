/**
 * The commands that do more with a kernel than show its tables, or know the rules: a bundle of its own, so that tables,
 * or help, are printed without loading it.
 * Each is loaded only when it is run.
 */
export const tableFromElf = (): Promise<typeof import('./table-from-elf')> => import('./table-from-elf');
export const linkOrder = (): Promise<typeof import('./link-order-command')> => import('./link-order-command');
export const verify = (): Promise<typeof import('./verify-command')> => import('./verify-command');
export const check = (): Promise<typeof import('./check-command')> => import('./check-command');
export const dispatch = (): Promise<typeof import('./dispatch-command')> => import('./dispatch-command');
export const report = (): Promise<typeof import('./report-command')> => import('./report-command');
export const completion = (): Promise<typeof import('./completion-command')> =>
  import('./completion-command');
