import { nullPointer, unknownFunction } from '../syntax/c/section-entry';
import type { ElfTable } from './elf-tables';
import type { LaidEntry, LaidTable } from './tables';

/** One difference between a predicted table and the one in an ELF file. Slots are 0-based. */
export type TableDifference =
  | {
      /** Predicted, but not in the ELF. */
      readonly kind: 'missing';
      readonly function: string;
      readonly predicted: LaidEntry;
      readonly predictedSlot: number;
    }
  | {
      /** In the ELF, but not predicted; `outside`: known, but thought to be outside the table, and why. */
      readonly kind: 'extra';
      readonly function: string;
      readonly variable: string | undefined;
      readonly slot: number;
      readonly outside: LaidTable['outside'][number] | undefined;
    }
  | {
      /** In both, in another order relative to the other entries that are in both. */
      readonly kind: 'moved';
      readonly function: string;
      readonly predicted: LaidEntry;
      readonly predictedSlot: number;
      readonly slot: number;
    };

export interface TableComparison {
  readonly event: string;
  readonly predictedCount: number;
  readonly actualCount: number;
  /** By the slot they concern. */
  readonly differences: readonly TableDifference[];
  /** What kept the ELF from being read as a whole, and why the prediction has no order, one line each. */
  readonly problems: readonly string[];
}

interface Actual {
  readonly slot: number;
  readonly function: string;
  readonly variable: string | undefined;
  /** All names of the function, of a null pointer {@link nullPointer}; empty: it has none. */
  readonly names: readonly string[];
}

/**
 * Compares entry by entry. An entry is found again by its variable's name where both have one, provided that it points
 * to the same function, else by its function. A function without a name is any function only in a file that has no
 * names of functions at all: elsewhere it is an address within one, or none.
 */
export function compareTables(predicted: LaidTable, actual: ElfTable): TableComparison {
  const left = new Map<string, Actual[]>();
  const found = actual.entries.map((entry): Actual => ({
    slot: entry.slot,
    function: entry.isNull ? nullPointer : (entry.function ?? '(unnamed)'),
    variable: entry.variable,
    names: entry.isNull ? [nullPointer] : entry.aliases,
  }));
  for (const one of found) {
    const keys = [
      ...(one.variable === undefined ? [] : [`v:${one.variable}`]),
      ...one.names.map((name) => `f:${name}`),
    ];
    for (const key of new Set(keys)) {
      const same = left.get(key);
      if (same) same.push(one);
      else left.set(key, [one]);
    }
  }
  const used = new Set<Actual>();
  const mayBe = ({ names }: Actual, called: string): boolean =>
    called === unknownFunction ||
    names.includes(called) ||
    (names.length === 0 && called !== nullPointer && !actual.namesFunctions);
  const takeFrom = (key: string, called: string): Actual | undefined => {
    const taken = left.get(key)?.find((one) => !used.has(one) && mayBe(one, called));
    if (taken) used.add(taken);
    return taken;
  };
  // Names of variables decide before names of functions: the same function may be registered twice.
  const byVariable = predicted.entries.map(({ entry }) => takeFrom(`v:${entry.variable}`, entry.function));
  const byName = predicted.entries.map(
    ({ entry }, at) => byVariable[at] ?? takeFrom(`f:${entry.function}`, entry.function),
  );
  // What is not known to be there claims nothing, and may be any that is left.
  const isOpen = ({ entry }: LaidEntry): boolean =>
    entry.unclear !== undefined && entry.function === unknownFunction;
  const takeAny = (): Actual | undefined => {
    const taken = found.find((one) => !used.has(one));
    if (taken) used.add(taken);
    return taken;
  };
  const pairs = predicted.entries.map((entry, predictedSlot) => ({
    entry,
    predictedSlot,
    actual: byName[predictedSlot] ?? (isOpen(entry) ? takeAny() : undefined),
  }));
  const both = pairs.filter((pair) => pair.actual !== undefined);
  const inPlace = longestRising(both.map(({ actual: found }) => found?.slot ?? 0));
  const usedSlots = new Set([...used].map(({ slot }) => slot));
  const differences: { readonly at: number; readonly difference: TableDifference }[] = [];
  for (const { entry, predictedSlot, actual: found } of pairs) {
    const called = entry.entry.function;
    if (!found) {
      if (isOpen(entry)) continue;
      differences.push({
        at: predictedSlot,
        difference: { kind: 'missing', function: called, predicted: entry, predictedSlot },
      });
    } else if (!inPlace.has(found.slot) && predicted.orderUnknown === undefined)
      differences.push({
        at: found.slot,
        difference: { kind: 'moved', function: called, predicted: entry, predictedSlot, slot: found.slot },
      });
  }
  for (const { slot, function: called, variable } of found) {
    if (usedSlots.has(slot) || predicted.dataSlots.includes(slot)) continue;
    const outside = predicted.outside.find(
      ({ entry }) => entry.variable === variable || entry.function === called,
    );
    differences.push({ at: slot, difference: { kind: 'extra', function: called, variable, slot, outside } });
  }
  return {
    event: predicted.event,
    predictedCount: predicted.entries.length,
    actualCount: actual.entries.length,
    differences: differences.sort((a, b) => a.at - b.at).map(({ difference }) => difference),
    problems: [
      ...actual.problems,
      ...(predicted.orderUnknown === undefined
        ? []
        : [`the order is not predicted, only the entries: ${predicted.orderUnknown}`]),
    ],
  };
}

/** Values of a longest rising subsequence: what stays when as few entries as possible are said to have moved. */
function longestRising(values: readonly number[]): ReadonlySet<number> {
  const tails: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const value of values) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    previous.set(value, low > 0 ? tails[low - 1] : undefined);
    tails[low] = value;
  }
  const kept = new Set<number>();
  for (let value = tails.at(-1); value !== undefined; value = previous.get(value)) kept.add(value);
  return kept;
}
