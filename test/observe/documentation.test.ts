import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { createMetrics } from '../../src/observe/metrics.js';

/** What prom-client's metrics have, beside what its types say. */
interface Described {
  readonly name: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

it('docs/operations/monitoring.md lists every metric with its type and labels, and no other', async () => {
  const rows = readFileSync('docs/operations/monitoring.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| `wheelgate_/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  const documented = rows.map(([, name, type, labels, what]) => {
    assert.ok(what, `${name} has no meaning`);
    return [name, type, labels];
  });
  const { registry } = createMetrics();
  const metrics = registry.getMetricsAsArray() as unknown as Described[];
  const known = metrics
    .filter(({ name }) => name.startsWith('wheelgate_'))
    .map(({ name, type, labelNames }) => [name, type, labelNames.join(', ')]);
  assert.deepEqual(documented.toSorted(), known.toSorted());
});
