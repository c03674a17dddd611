import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import { parseDistributionFilename } from '../../src/domain/distribution-filename.js';
import type { Probe } from '../../src/domain/probe.js';
import { parseProjectName } from '../../src/domain/project-name.js';
import type { ShortLeases } from '../../src/fleet/short-leases.js';
import type { ProbeAnswer } from '../../src/inspection/probe/probe-zip.js';
import { ByteAllowance } from '../../src/probes/byte-allowance.js';
import { type ProbedFile, type ProbeEvent, Prober } from '../../src/probes/prober.js';
import type { AskedRange, RangeAnswer } from '../../src/upstream/upstream.js';

const DEMO = parseProjectName('demo')!;
const SIZE = 1_000_000;

const READ: ProbeAnswer = {
  kind: 'read',
  findings: [],
  modules: [],
  modulesCut: false,
  memberDigests: '',
  memberCount: 1,
  inflatedBytes: 1,
  unread: undefined,
};

interface Settings {
  readonly leases?: ShortLeases;
  readonly read?: () => Promise<ProbeAnswer>;
  readonly fetchRange?: (range: AskedRange) => Promise<RangeAnswer | undefined>;
}

/** A prober over an upstream that gives parts of files of a megabyte. */
function prober({ leases, read, fetchRange = part }: Settings = {}) {
  const events: ProbeEvent[] = [];
  const stored: Probe[] = [];
  let at = 0;
  const own = new Prober({
    store: { put: async (_, probe) => void stored.push(probe as Probe) },
    reader: {
      expectOne() {},
      read: read ?? (async () => READ),
      close: async () => {},
    },
    leases: leases ?? { take: async () => true },
    now: () => at,
    onEvent: (event) => events.push(event),
  });
  const listed = (number: number, index = 'fake') => {
    const filename = `demo-${number}.0-py3-none-any.whl`;
    const name = parseDistributionFilename(filename)!;
    const sha256 = String(number).padStart(64, '0') as Sha256;
    const upstream = {
      name: index,
      fetchRange: (_: string, range: AskedRange) => fetchRange(range),
    };
    const url = `https://files.example/${filename}`;
    const subject = { project: DEMO, sha256, filename };
    return { file: { filename, name, url, size: SIZE }, subject, upstream } as never as ProbedFile;
  };
  const results = () => events.flatMap((event) => (event.kind === 'ended' ? [event.result] : []));
  return {
    own,
    listed,
    results,
    stored,
    probe: (number: number, bytes = SIZE, index?: string) =>
      own.probe(listed(number, index), new ByteAllowance(bytes)),
    pass: (milliseconds: number) => {
      at += milliseconds;
    },
  };
}

async function part(range: AskedRange): Promise<RangeAnswer> {
  const { from, to } = 'last' in range ? { from: SIZE - range.last, to: SIZE } : range;
  return { size: SIZE, from, bytes: new Uint8Array(to - from), etag: undefined };
}

/** Until what was begun has come as far as it can. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((done) => setImmediate(done));
}

describe('a prober', () => {
  it('probes a file once for all who ask meanwhile', async () => {
    const { probe, stored } = prober();
    const [one, other] = await Promise.all([probe(1), probe(1)]);
    assert.equal(one, other);
    assert.equal(stored.length, 1);
  });

  it('probes eight files at a time, and four of one upstream', async () => {
    const waiting: (() => void)[] = [];
    const { probe } = prober({
      fetchRange: async (range) => {
        await new Promise<void>((go) => waiting.push(go));
        return part(range);
      },
    });
    const all = Array.from({ length: 10 }, (_, number) => probe(number));
    await settled();
    assert.equal(waiting.length, 4);
    for (let number = 10; number < 20; number += 1)
      all.push(probe(number, SIZE, number % 2 ? 'one' : 'other'));
    await settled();
    assert.equal(waiting.length, 8);
    waiting.shift()!();
    await settled();
    assert.equal(waiting.length, 8, 'the next one has its place');
    while (waiting.length > 0) {
      waiting.shift()!();
      await settled();
    }
    await Promise.all(all);
  });

  it('reads no more bytes for a page than that may take, and may try again', async () => {
    let asked = 0;
    const { probe, own, listed, results } = prober({
      fetchRange: async (range) => {
        asked += 1;
        return part(range);
      },
    });
    assert.equal(await probe(1, 1_000), undefined);
    assert.equal(asked, 0);
    assert.deepEqual(results(), ['stopped']);
    assert.equal(own.leftAloneUntil(listed(1)), undefined);
  });

  it('leaves alone for an hour what cannot be read, and only that', async () => {
    const { probe, own, listed, results, pass } = prober({
      read: async () => ({ kind: 'unreadable', why: 'it is no zip' }),
    });
    await probe(1);
    assert.deepEqual(results(), ['unreadable']);
    assert.equal(own.leftAloneUntil(listed(1)), 3_600_000);
    assert.equal(own.leftAloneUntil(listed(2)), undefined);
    pass(3_600_000);
    assert.equal(own.leftAloneUntil(listed(1)), undefined);
  });

  it('gives up a file that asks for more and more of its bytes', async () => {
    const { probe, results } = prober({
      read: async () => ({ kind: 'more', stretches: [{ from: 0, to: 10 }] }),
    });
    await probe(1);
    assert.deepEqual(results(), ['unreadable']);
  });

  it('gives up a file that changes while it is probed', async () => {
    let changes = 0;
    const { probe, results } = prober({
      read: async () => ({ kind: 'more', stretches: [{ from: 0, to: 10 }] }),
      fetchRange: async (range) => ({ ...(await part(range)), etag: `"${changes++}"` }),
    });
    await probe(1);
    assert.deepEqual(results(), ['failed']);
  });

  it('takes what others tell of a file that they probe, and probes it no second time', async () => {
    const { own, probe, stored } = prober({ leases: { take: async () => false } });
    const { own: theirs, probe: theirProbe } = prober();
    const seen = await theirProbe(1);
    const waiting = probe(1);
    await settled();
    own.learn(DEMO, seen!);
    assert.equal(await waiting, seen);
    assert.deepEqual(stored, []);
    await theirs.close();
  });

  it('probes a file itself where whoever was to tell does not', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { probe, results } = prober({ leases: { take: async () => false } });
    const waiting = probe(1);
    await settled();
    t.mock.timers.tick(10_001);
    assert.ok(await waiting);
    assert.deepEqual(results(), ['clean']);
  });

  it('ends at once where Wheelgate stops, also where others were to tell', async () => {
    const { own, probe, results } = prober({
      leases: { take: async () => false },
    });
    const waiting = probe(1);
    await settled();
    await own.close();
    assert.equal(await waiting, undefined);
    assert.deepEqual(results(), []);
  });
});
