import { hasCacheFolder } from '../source/cache-folder';

const withoutScan = new Set([
  'link-order',
  'cache',
  'completion',
  'help',
  '--help',
  '-h',
  '--version',
  '--explain',
  '--from',
]);
const withoutCache = new Set(['check', 'dispatch', 'report', 'verify', '--no-cache']);

/**
 * Whether a command line (without `node` and the script's name) will have other threads look through the tree. Told from
 * its words alone, before what could understand them is loaded: false in doubt.
 */
export function isScanCertain(words: readonly string[], hasCache = hasCacheFolder): boolean {
  const names = words.map((word) => word.replace(/=.*/s, ''));
  if (names.some((name) => withoutScan.has(name))) return false;
  return names.some((name) => withoutCache.has(name)) || !hasCache();
}
