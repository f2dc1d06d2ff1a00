import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../server/src/checks/rule';
import { copyOfExample } from '../cli/kernel-under-test';
import { findingsIn } from './kernel-under-check';
import { random, type Files, type Mutation, type Planted } from './planting';

export interface Outcome {
  readonly mutation: Mutation;
  readonly planted: Planted;
  /** New findings of the mutation's own rule. */
  readonly found: readonly Finding[];
  /** New findings of other rules: what the planted error brings with it, or a false alarm. */
  readonly others: readonly Finding[];
}

/** A copy of the example kernel in which errors are planted, one after the other. */
export interface Field {
  readonly root: string;
  readonly clean: readonly Finding[];
  readonly tryOut: (mutation: Mutation, seed: number) => Promise<Outcome | undefined>;
  readonly planted: (mutation: Mutation, seed: number) => Planted | undefined;
  readonly lay: (files: Files) => void;
  readonly restore: () => void;
  readonly remove: () => void;
}

const key = ({ rule, file, message }: Finding): string => `${rule} ${file} ${message}`;

export async function field(): Promise<Field> {
  const root = copyOfExample();
  const files: Files = new Map(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(root, path)).isFile())
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
  const clean = await findingsIn(root);
  const known = new Set(clean.map(key));
  const lay = (changed: Files): void => {
    for (const [path, text] of changed) if (files.get(path) !== text) writeFileSync(join(root, path), text);
  };
  const restore = (): void => {
    for (const [path, text] of files)
      if (readFileSync(join(root, path), 'utf8') !== text) writeFileSync(join(root, path), text);
  };
  const planted = (mutation: Mutation, seed: number): Planted | undefined => {
    const result = mutation.plant(files, random(seed));
    const isChange = result && [...result.files].some(([path, text]) => files.get(path) !== text);
    return isChange ? result : undefined;
  };
  return {
    root,
    clean,
    lay,
    restore,
    planted,
    remove: () => {
      rmSync(root, { recursive: true });
    },
    async tryOut(mutation, seed) {
      const result = planted(mutation, seed);
      if (!result) return undefined;
      lay(result.files);
      try {
        const fresh = (await findingsIn(root)).filter((finding) => !known.has(key(finding)));
        return {
          mutation,
          planted: result,
          found: fresh.filter(({ rule }) => rule === mutation.rule),
          others: fresh.filter(({ rule }) => rule !== mutation.rule),
        };
      } finally {
        restore();
      }
    },
  };
}
