/** What syntax/c/text-scan.ts and source/needle-search.ts call. */
import { FOUND } from './memory';

export { directives, reserve } from './directives';
export { foundAddress, namesAddress, namesMet, planned, search, textAddress } from './needles';
export { statements } from './statements';

export function found(): usize {
  return FOUND;
}
