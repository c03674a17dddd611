import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type ByteRange,
  DeliveryGate,
  type GateSettings,
  type Progress,
} from '../../src/artifacts/delivery-gate.js';

const MIB = 1024 * 1024;
const SETTINGS: GateSettings = {
  mode: 'stream',
  holdBytes: 32 * MIB,
  holdTime: 5_000,
  lastBlock: MIB,
};
const WHOLE: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY };
const pending = (received: number): Progress => ({ received, verdict: 'pending' });

describe('delivery gate', () => {
  it('holds everything while the artifact is small and young', () => {
    const gate = new DeliveryGate(SETTINGS);
    assert.equal(gate.mayBegin(pending(31 * MIB), 4_999), false);
    assert.equal(gate.allowance(pending(31 * MIB), 4_999, WHOLE), 0);
  });

  it('opens at the size, and keeps the last block of what came in', () => {
    const gate = new DeliveryGate(SETTINGS);
    const allowed = gate.allowance(pending(32 * MIB), 0, WHOLE);
    assert.ok(allowed > 30 * MIB && allowed <= 31 * MIB, String(allowed));
  });

  it('opens at the time, and gives nothing of an artifact shorter than the last block', () => {
    const gate = new DeliveryGate(SETTINGS);
    assert.equal(gate.mayBegin(pending(1_000), 5_000), true);
    assert.equal(gate.allowance(pending(1_000), 5_000, WHOLE), 0);
  });

  it('waits longer for the first byte, for until then the upstream may say that it has no such file', () => {
    const gate = new DeliveryGate(SETTINGS);
    assert.equal(gate.mayBegin(pending(0), 11_999), false);
    assert.equal(gate.mayBegin(pending(1), 11_999), true);
    assert.equal(new DeliveryGate(SETTINGS).mayBegin(pending(0), 12_000), true);
    const patient = new DeliveryGate({ ...SETTINGS, holdTime: 60_000 });
    assert.equal(patient.mayBegin(pending(0), 59_999), false);
  });

  it('gives everything once the verdict allows it', () => {
    const gate = new DeliveryGate(SETTINGS);
    assert.equal(gate.allowance({ received: 10, verdict: 'allowed' }, 0, WHOLE), 10);
  });

  it('gives nothing once the verdict refuses it, also when it was open before', () => {
    const gate = new DeliveryGate(SETTINGS);
    assert.ok(gate.allowance(pending(64 * MIB), 0, WHOLE) > 0);
    assert.equal(gate.mayBegin({ received: 64 * MIB, verdict: 'refused' }, 0), false);
    assert.equal(gate.allowance({ received: 64 * MIB, verdict: 'refused' }, 0, WHOLE), 0);
  });

  it('never opens early in the mode `hold`', () => {
    const gate = new DeliveryGate({ ...SETTINGS, mode: 'hold' });
    assert.equal(gate.mayBegin(pending(1_000 * MIB), 600_000), false);
  });

  it('drips single bytes to a waiting client, but not from an artifact that is tiny', () => {
    const gate = new DeliveryGate(SETTINGS);
    gate.mayBegin(pending(300_000), 6_000);
    gate.drip();
    assert.equal(gate.allowance(pending(300_000), 9_000, WHOLE), 1);
    assert.equal(gate.allowance(pending(60_000), 9_000, WHOLE), 0);
  });

  it('keeps the end of a part back, too, and drips from it, but never its last byte', () => {
    const gate = new DeliveryGate(SETTINGS);
    const part = { start: 5_000, end: 10_000 };
    assert.equal(gate.allowance(pending(64 * MIB), 0, part), 10_000 - 1_024);
    const small = { start: 5_000, end: 5_003 };
    assert.equal(gate.allowance(pending(64 * MIB), 0, small), 5_000);
    for (const allowance of [5_001, 5_002, 5_002, 5_002]) {
      gate.drip();
      assert.equal(gate.allowance(pending(64 * MIB), 0, small), allowance);
    }
    assert.equal(gate.allowance({ received: 64 * MIB, verdict: 'allowed' }, 0, small), 5_003);
  });

  it('keeps the last block back and never takes a byte back, whatever comes in and however long it drips', () => {
    const bodies = fc
      .tuple(fc.nat(100 * MIB), fc.oneof(fc.nat(3_000), fc.nat(8 * MIB)))
      .map(([start, length]) => ({ start, end: start + length + 1 }));
    const steps = fc.array(
      fc.record({ more: fc.nat(4 * MIB), waited: fc.nat(10_000), drips: fc.nat(40) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(fc.oneof(bodies, fc.constant(WHOLE)), steps, (body, history) => {
        const gate = new DeliveryGate(SETTINGS);
        let [received, waited, before] = [0, 0, 0];
        for (const step of history) {
          received += step.more;
          waited += step.waited;
          for (let drip = 0; drip < step.drips; drip += 1) gate.drip();
          const now = gate.allowance(pending(received), waited, body);
          assert.ok(now >= before, 'a byte was taken back');
          assert.ok(now < body.end, 'a body came to its end');
          if (received > 2 * MIB) assert.ok(now <= received - MIB, 'the last block was touched');
          else if (now > 0)
            assert.ok(now <= Math.max(1_024, received - MIB), 'too much of a small one');
          before = now;
        }
      }),
    );
  });
});
