import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { ServiceSignals } from '../../src/runtime/service-signals.js';

/** A process that is sent signals, and does not end. */
function processOn(platform: NodeJS.Platform) {
  const emitter = new EventEmitter();
  const exits: unknown[] = [];
  return {
    platform,
    exit: ((code?: unknown) => void exits.push(code)) as NodeJS.Process['exit'],
    on: (signal: NodeJS.Signals, listener: () => void) => emitter.on(signal, listener),
    /** @returns whether anybody heeds it: else the system would end the process */
    send: (signal: NodeJS.Signals) => emitter.emit(signal),
    exits,
  };
}

describe('signals of a service', () => {
  for (const platform of ['linux', 'darwin'] as const)
    it(`on ${platform}: SIGHUP reloads, also one that came before, and SIGTERM stops`, async () => {
      const source = processOn(platform);
      const signals = new ServiceSignals(source);
      let reloads = 0;
      source.send('SIGHUP');
      signals.onReload(() => (reloads += 1));
      source.send('SIGHUP');
      assert.equal(reloads, 2);
      assert.equal(signals.isStopping, false);
      source.send('SIGTERM');
      assert.equal(await signals.stopped, 'SIGTERM');
      source.send('SIGHUP');
      assert.equal(reloads, 2, 'it is stopping');
    });

  for (const signal of ['SIGINT', 'SIGBREAK', 'SIGHUP'] as const)
    it(`on Windows: ${signal} stops it, and a second one ends it at once`, async () => {
      const source = processOn('win32');
      const signals = new ServiceSignals(source);
      let reloads = 0;
      signals.onReload(() => (reloads += 1));
      assert.ok(source.send(signal));
      assert.equal(await signals.stopped, signal);
      assert.equal(reloads, 0);
      assert.deepEqual(source.exits, []);
      source.send(signal);
      assert.equal(source.exits.length, 1);
    });

  for (const platform of ['linux', 'win32'] as const)
    it(`on ${platform}: SIGUSR1 and SIGUSR2 neither stop nor end it`, () => {
      const source = processOn(platform);
      const signals = new ServiceSignals(source);
      assert.ok(source.send('SIGUSR1'));
      assert.ok(source.send('SIGUSR2'));
      assert.equal(signals.isStopping, false);
    });
});
