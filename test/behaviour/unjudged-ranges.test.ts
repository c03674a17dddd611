import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { connect, type RawClient, until } from '../http/support/raw-client.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const FILLER = 600_000;
/** What the upstream sends before it waits, and what leaves of that before the verdict. */
const ARRIVED = 500_000;
const LAST_BLOCK = 50_000;
const DRIP = 1_024;
const SETTINGS = {
  'gate.hold-bytes': 100_000,
  'gate.hold-time': '50ms',
  'gate.last-block': LAST_BLOCK,
};

interface Part {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Parts of a file, wherever they lie: before the gate, at it, behind it, at the end, of one byte, all of it. */
function someParts(size: number): Part[] {
  const start = fc.oneof(
    fc.nat(size - 1),
    fc.constant(0),
    fc.integer({ min: ARRIVED - LAST_BLOCK - 2 * DRIP, max: ARRIVED - LAST_BLOCK }),
  );
  const length = fc.oneof(fc.constant(1), fc.nat(2 * DRIP), fc.nat(size));
  const part = fc
    .tuple(start, length)
    .map(([from, many]) => ({ start: from, end: Math.min(size, from + Math.max(1, many)) }));
  return [
    ...fc.sample(part, 24),
    { start: 0, end: 1 },
    { start: size - 1, end: size },
    { start: 0, end: size - 1 },
    { start: 1, end: size },
    { start: 0, end: size },
  ];
}

function rangesOf({ start, end }: Part, size: number): string[] {
  const written = [`bytes=${start}-${end - 1}`];
  return end === size ? [...written, `bytes=${start}-`, `bytes=-${size - start}`] : written;
}

interface Asked extends Part {
  readonly range: string;
  readonly client: RawClient;
}

// One that is small comes in without a file, where its index says how small.
for (const [where, extra] of [
  ['', {}],
  [', which comes in through a file', { size: undefined }],
] as const)
  describe(`a part of a file that nobody has judged yet${where}`, () => {
    let gate: TestGate;
    before(async () => {
      gate = await startGate({ config: SETTINGS });
    });
    after(() => gate.close());

    const wheel = (name: string, files: Record<string, string> = {}) =>
      buildWheel({ name, files: { [`${name}/x.bin`]: randomBytes(FILLER), ...files } });

    /** Asks for parts of a file whose transfer stands still, and waits until each has what it may have. */
    async function askForParts(project: string, dist: Distribution, sha256: string) {
      const place = packagePath(project, dist.filename);
      gate.upstream.addProject(project, [{ dist, sha256, extra }]);
      gate.upstream.fault(place, { kind: 'stall', after: ARRIVED });
      const size = dist.bytes.length;
      const parts: Asked[] = someParts(size).flatMap((part) =>
        rangesOf(part, size).map((range, index) => {
          const headers = { range, ...(index % 2 === 1 && { 'if-range': `"${sha256}"` }) };
          return {
            ...part,
            range,
            client: connect(`${gate.url}/files/${project}/${dist.filename}`, headers),
          };
        }),
      );
      const flowing = (part: Asked) =>
        Math.min(part.end - DRIP, ARRIVED - LAST_BLOCK - DRIP) - part.start;
      for (const part of parts) {
        await until(() => part.client.response !== undefined);
        await until(() => part.client.received >= flowing(part));
      }
      for (let turn = 0; turn < 3; turn += 1) await gate.get('/healthz');
      for (const { client, range, start, end } of parts) {
        assert.equal(client.response?.statusCode, 206, range);
        assert.equal(client.end, undefined, `${range} has ended`);
        assert.ok(client.received < end - start, `${range} is whole`);
      }
      assert.deepEqual(await recorded(project), []);
      gate.upstream.release();
      for (const { client } of parts) await client.ended;
      return parts;
    }

    const recorded = async (project: string) =>
      (await gate.decisions()).filter((record) => record.project === project);

    it('streams all but its end, and is whole once the file is allowed', async () => {
      const dist = wheel('honest');
      for (const { client, range, start, end } of await askForParts('honest', dist, dist.sha256)) {
        assert.equal(client.end, 'whole', range);
        assert.ok(client.body.equals(dist.bytes.subarray(start, end)), range);
      }
      for (const record of await recorded('honest')) {
        assert.equal(record.complete, true);
        assert.equal(record.pending, undefined);
      }
    });

    for (const [what, project, dist, sha256, verdict] of [
      ['the index sends other bytes', 'others', wheel('others'), 'ab'.repeat(32), 'allow'],
      [
        'it is refused',
        'hooked',
        wheel('hooked', { 'hooked.pth': 'import os\n' }),
        undefined,
        'block',
      ],
    ] as const)
      it(`never comes to its end where ${what}`, async () => {
        const parts = await askForParts(project, dist, sha256 ?? dist.sha256);
        for (const { client, range, start, end } of parts) {
          assert.equal(client.end, 'cut', range);
          assert.ok(client.received < end - start, range);
        }
        const records = await recorded(project);
        assert.equal(records.length, parts.length);
        for (const record of records) {
          assert.equal(record.complete, false);
          assert.equal(record.verdict, verdict);
          assert.equal(record.failure, verdict === 'allow' ? 'upstream-broken' : undefined);
        }
      });
  });
