/**
 * Plants each kind of error at random places of the example kernel and counts what `check` finds:
 * `npm run mutate -- [PLANTS-A-KIND] [FIRST-SEED] [RULE…]`. What is missed, and findings of other rules, are printed with where.
 */
import { mutations } from '../test/checks/mutations';
import { field } from '../test/checks/plant';

const [count = '20', first = '1', ...rules] = process.argv.slice(2);

void (async () => {
  const kernel = await field();
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const start = performance.now();
  let [planted, found] = [0, 0];
  const beside = new Map<string, number>();
  print(
    `clean kernel: ${String(kernel.clean.filter(({ severity }) => severity !== 'hint').length)} findings`,
  );
  for (const mutation of mutations) {
    if (rules.length > 0 && !rules.includes(mutation.rule)) continue;
    let [own, seen] = [0, 0];
    const places = new Set<string>();
    for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
      const outcome = await kernel.tryOut(mutation, seed);
      if (!outcome) continue;
      own++;
      places.add(outcome.planted.text);
      if (outcome.found.length > 0) seen++;
      else print(`  missed (seed ${String(seed)}): ${outcome.planted.text}`);
      for (const { rule, message, file, line } of outcome.others) {
        const key = `${mutation.rule} brings ${rule}: ${file}:${String(line)} ${message}`;
        beside.set(key, (beside.get(key) ?? 0) + 1);
      }
    }
    planted += own;
    found += seen;
    print(
      `${mutation.rule}: ${String(seen)} of ${String(own)} found, ${String(places.size)} different (${mutation.name})`,
    );
  }
  kernel.remove();
  print('findings of other rules:');
  for (const [text, times] of [...beside].sort()) print(`  ${String(times)} × ${text}`);
  const seconds = (performance.now() - start) / 1000;
  print(`${String(found)} of ${String(planted)} found in ${seconds.toFixed(1)} s`);
  if (found < planted) process.exitCode = 1;
})();
