import { setFlagsFromString } from 'node:v8';

/** Of Node 20 to 26, and of the editors built on them: the versions whose flags were tried (`test/nodes`). */
const isKnown = (major: number): boolean => major >= 11 && major <= 14;

/** This V8's version, such as `13.6`. */
const version = process.versions.v8.split('.', 2).join('.');

/** Sets flags of V8 for the whole process, where its version is known: another would say of each that it does not know it. */
export function setFlags(...flags: readonly string[]): void {
  if (isKnown(Number.parseInt(version))) flags.forEach(setFlagsFromString);
}

/** Has V8 take four to ten times as long as by itself until it optimises a function. */
export function optimiseLater(): void {
  // What counted bytes of code that ran counts calls since 11.4.
  if (version === '11.3') setFlags('--interrupt-budget=600000');
  else
    setFlags(
      '--invocation-count-for-maglev=4000',
      '--invocation-count-for-maglev-osr=1000',
      '--invocation-count-for-turbofan=40000',
      '--invocation-count-for-osr=8000',
    );
}
