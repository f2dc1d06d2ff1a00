import { missingPieces } from './vs-code';

/**
 * Skips a suite where something it needs is missing, and says what. Where `TW_CI` is set nothing may be missing: then
 * it fails.
 */
export function needVsCode(suite: Mocha.Context, missing = missingPieces()): void {
  if (missing.length === 0) return;
  const message = `not run, missing: ${missing.join('; ')}`;
  if (process.env.TW_CI) throw new Error(message);
  console.log(`    ${message}`);
  suite.skip();
}
