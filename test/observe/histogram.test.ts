import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Histogram as PromHistogram, Registry } from 'prom-client';
import { Histogram } from '../../src/observe/histogram.js';

const SETTINGS = {
  name: 'wheelgate_some_seconds',
  help: 'Some "time"\\.',
  labelNames: ['route', 'way'] as const,
  buckets: [0.001, 0.5, 10],
};

const observation = fc.record({
  route: fc.constantFrom('simple', 'files', 'a"b\\c'),
  way: fc.constantFrom('warm', 'cold'),
  value: fc.oneof(fc.constantFrom(0, 0.001, 0.5, 10), fc.double({ min: 0, max: 100, noNaN: true })),
});

describe('a histogram', () => {
  it('is scraped as prom-client writes its own, whatever was observed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(observation, { maxLength: 20 }), async (observations) => {
        const theirs = new Registry();
        const ours = new Registry();
        const expected = new PromHistogram({ ...SETTINGS, registers: [theirs] });
        const histogram = new Histogram(SETTINGS, ours);
        for (const { value, ...labels } of observations) {
          expected.observe(labels, value);
          histogram.observe(labels, value);
        }
        assert.equal(await ours.metrics(), await theirs.metrics());
      }),
      { numRuns: 100 },
    );
  });

  it('counts a series that is held together with what is observed by its labels', async () => {
    const registry = new Registry();
    const histogram = new Histogram(SETTINGS, registry);
    const labels = { route: 'simple', way: 'warm' };
    histogram.series(labels)(0.1);
    histogram.observe(labels, 0.2);
    assert.match(await registry.metrics(), /_count\{route="simple",way="warm"\} 2\n/);
  });

  it('takes a name only once in a registry', () => {
    const registry = new Registry();
    new Histogram(SETTINGS, registry);
    assert.throws(() => new Histogram(SETTINGS, registry), /already been registered/);
  });
});
