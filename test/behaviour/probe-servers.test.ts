import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildWheel } from '../support/distributions.js';
import { type PartAnswer, packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const NOW = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const YESTERDAY = new Date(NOW - 24 * HOUR).toISOString();
/** Longer, packed, than the end of a file that is asked for first. */
const LONG = randomBytes(100_000).toString('hex');

interface Asked {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

/** The honest answer, which each lie changes in one thing. */
function honest({ bytes, from, to }: Asked): PartAnswer {
  const body = bytes.subarray(from, to);
  const headers = {
    'content-range': `bytes ${from}-${to - 1}/${bytes.length}`,
    'content-length': String(body.length),
  };
  return { status: 206, headers, body };
}

function labelled(asked: Asked, range: string): PartAnswer {
  const { headers, ...rest } = honest(asked);
  return { ...rest, headers: { ...headers, 'content-range': range } };
}

const LIES: Readonly<Record<string, (asked: Asked) => PartAnswer>> = {
  'says 200 and names a part': (asked) => ({ ...honest(asked), status: 200 }),
  'sends the whole of a long file': ({ bytes }) => ({
    status: 200,
    headers: { 'content-length': String(bytes.length) },
    body: bytes,
  }),
  'sends the whole file without its length': ({ bytes }) => ({
    status: 200,
    headers: { 'transfer-encoding': 'chunked' },
    body: bytes,
  }),
  'sends the beginning in place of the end': ({ bytes, from, to }) =>
    honest({ bytes, from: 0, to: to - from }),
  'says 206 and not which part': (asked) => ({ ...honest(asked), headers: {} }),
  'says that the file is longer': (asked) =>
    labelled(asked, `bytes ${asked.from}-${asked.to - 1}/${asked.bytes.length + 1}`),
  'sends less than it says': (asked) => {
    const body = honest(asked).body.subarray(1);
    return { ...honest(asked), body, headers: withoutLength(asked) };
  },
  'sends more than it says': (asked) => {
    const body = Buffer.concat([honest(asked).body, Buffer.from('more')]);
    return { ...honest(asked), body, headers: withoutLength(asked) };
  },
  'packs the part': (asked) => {
    const body = gzipSync(honest(asked).body);
    const headers = { ...withoutLength(asked), 'content-encoding': 'gzip' };
    return { status: 206, headers, body };
  },
  'says that the part is packed': (asked) => {
    const answer = honest(asked);
    return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' } };
  },
  'sends several parts': (asked) => {
    const { headers, body } = honest(asked);
    const head = `--b\r\ncontent-range: ${headers['content-range']}\r\n\r\n`;
    return {
      status: 206,
      headers: { 'content-type': 'multipart/byteranges; boundary=b' },
      body: Buffer.concat([Buffer.from(head), body, Buffer.from('\r\n--b--\r\n')]),
    };
  },
};

function withoutLength(asked: Asked): Record<string, string> {
  return { 'content-range': honest(asked).headers['content-range']! };
}

describe('a probe of a new file', () => {
  let gate: TestGate;
  let count = 0;
  before(async () => {
    gate = await startGate({ now: NOW, config: { 'probe.action': 'on', 'probe.wait': '20s' } });
  });
  after(() => gate.close());

  /** A release with a start-up hook, behind one without; its server answers requests for parts as `answer` says. */
  function list(answer: (asked: Asked) => PartAnswer, files: Record<string, string> = {}) {
    count += 1;
    const name = `served${count}`;
    const good = buildWheel({ name, version: '1.0.0' });
    const bad = buildWheel({ name, version: '1.0.1', files: { ...files, 'a.pth': 'import os\n' } });
    gate.upstream.addProject(
      name,
      [good, bad].map((dist) => ({ dist, uploadTime: YESTERDAY })),
    );
    const place = packagePath(name, bad.filename);
    gate.upstream.fault(place, {
      kind: 'parts',
      answer: (bytes, range) => {
        const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(range)!;
        return answer({ bytes, from: Number(from), to: Number(last) + 1 });
      },
    });
    const listing = async (): Promise<unknown> => {
      const page = await gate.get(`/simple/${name}/`, {
        accept: 'application/vnd.pypi.simple.v1+json',
      });
      assert.equal(page.status, 200);
      return page.json().files[1].yanked;
    };
    return { place, listing, file: `/files/${name}/${bad.filename}` };
  }

  for (const [what, answer] of Object.entries(LIES))
    it(`is as if there were none where the server ${what}, and refuses where it is honest`, async () => {
      const { place, listing, file } = list(answer, { 'data.txt': LONG });
      assert.equal(await listing(), false);
      const asked = gate.upstream.requests(place);
      assert.ok(asked > 0);
      gate.now += 120_000;
      assert.equal(await listing(), false);
      assert.equal(gate.upstream.requests(place), asked, 'it is left alone');
      assert.equal((await gate.get(file)).status, 403, 'all bytes are judged');
      assert.match(String(await list(honest, { 'data.txt': LONG }).listing()), /startup-hook/);
    });

  describe('whose server sends the whole of long files', () => {
    const { 'sends the whole of a long file': whole } = LIES as {
      [what: string]: (asked: Asked) => PartAnswer;
    };
    const files = { 'data.txt': LONG };
    /** A project that the server gives no parts of. */
    const listWhole = () => list(whole!, files);
    const isRefused = async ({ listing }: { listing(): Promise<unknown> }) =>
      (await listing()) !== false;

    it('says nothing of other projects on that server, which are probed at once', async () => {
      gate.now += 24 * HOUR;
      const [one, other] = [listWhole(), listWhole()];
      assert.equal(await isRefused(one), false);
      assert.equal(await isRefused(other), false);
      assert.equal(await isRefused(list(honest, files)), true);
      for (let project = 0; project < 5; project += 1) await isRefused(listWhole());
      assert.equal(await isRefused(list(honest, files)), true, 'it gave a part before');
    });

    it('asks for one file of each of three projects, and for none of that server within the next hour', async () => {
      gate.now += 24 * HOUR;
      const asked = async (projects: number) => {
        const all = Array.from({ length: projects }, listWhole);
        for (const project of all) assert.equal(await isRefused(project), false);
        return all.map(({ place }) => gate.upstream.requests(place));
      };
      assert.deepEqual(await asked(5), [1, 1, 1, 0, 0]);
      gate.now += HOUR - 1;
      assert.deepEqual(await asked(2), [0, 0]);
      gate.now += 1;
      assert.deepEqual(await asked(4), [1, 1, 1, 0]);
      gate.now += HOUR;
      assert.equal(await isRefused(list(honest, files)), true, 'it gives parts from then on');
      assert.deepEqual(await asked(4), [1, 1, 1, 1]);
    });
  });

  it('reads a short file as a whole where the server knows no ranges', async () => {
    const { place, listing } = list(({ bytes }) => ({
      status: 200,
      headers: { 'content-length': String(bytes.length) },
      body: bytes,
    }));
    assert.match(String(await listing()), /startup-hook/);
    assert.equal(gate.upstream.requests(place), 1);
  });

  it('takes a short file that breaks off for none', async () => {
    const { listing } = list(({ bytes }) => ({
      status: 200,
      headers: { 'content-length': String(bytes.length - 1) },
      body: bytes.subarray(0, -1),
    }));
    assert.equal(await listing(), false);
  });
});
