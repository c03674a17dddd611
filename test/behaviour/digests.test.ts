import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  differsFromPin,
  invalidDigest,
  noStrongDigest,
  replacedAtIndex,
  twoDigests,
} from '../../src/messages/reasons.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { ANY, saying } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const UNDECLARED = saying(noStrongDigest(ANY));

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const digest = (algorithm: string, { bytes }: Distribution) =>
  createHash(algorithm).update(bytes).digest('hex');
const other = (hex: string) => hex.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));

/** Something to fall back on: where nothing is left, the newest release is not yanked. */
const older = (name: string) => buildWheel({ name, version: '0.1' });

/** Of a sidecar. */
interface Strong {
  readonly sha256: string;
  readonly sha512: string;
}

let count = 0;
/** A wheel of a project of its own. */
function fresh(more: Parameters<typeof buildWheel>[0] = {}): {
  name: string;
  dist: Distribution;
  path: string;
  upstreamPath: string;
} {
  const name = `fresh${count++}`;
  const dist = buildWheel({ ...more, name });
  return {
    name,
    dist,
    path: `/files/${name}/${dist.filename}`,
    upstreamPath: packagePath(name, dist.filename),
  };
}

describe('a file without a declared sha256', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
  });
  after(async () => {
    gate.upstream.htmlOnly = false;
    await gate.close();
  });

  const list = (
    name: string,
    dist: Distribution,
    hashes: Record<string, unknown> | null,
    fragment = '',
  ) => gate.upstream.addProject(name, [{ dist, hashes, fragment }, older(name)]);
  const file = async (name: string) =>
    (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json().files[0];

  for (const form of ['JSON', 'HTML'] as const)
    for (const algorithm of ['sha512', 'sha384'] as const) {
      it(`is checked by the ${algorithm} of a page in ${form}`, async () => {
        gate.upstream.htmlOnly = form === 'HTML';
        const { name, dist, path, upstreamPath } = fresh();
        const hex = digest(algorithm, dist);
        list(name, dist, { [algorithm]: hex }, `#${algorithm}=${hex}&egg=${name}`);
        assert.deepEqual((await file(name)).hashes, { [algorithm]: hex });
        assert.match(
          (await gate.get(`/simple/${name}/`)).body.toString(),
          new RegExp(`whl#${algorithm}=${hex}"`),
        );
        const first = await gate.get(path);
        assert.equal(first.status, 200);
        assert.ok(first.body.equals(dist.bytes));
        const again = await gate.get(path);
        assert.ok(again.body.equals(dist.bytes));
        assert.equal(again.headers.etag, `"${dist.sha256}"`);
        assert.equal(gate.upstream.requests(upstreamPath), 1);
        assert.deepEqual((await file(name)).hashes, { sha256: dist.sha256, [algorithm]: hex });
        const page = (await gate.get(`/simple/${name}/`)).body.toString();
        assert.match(page, new RegExp(`whl#sha256=${dist.sha256}"`));
        gate.upstream.htmlOnly = false;
      });

      it(`does not pass with another ${algorithm} in ${form}, and does once it is right`, async () => {
        gate.upstream.htmlOnly = form === 'HTML';
        const { name, dist, path } = fresh();
        const wrong = other(digest(algorithm, dist));
        list(name, dist, { [algorithm]: wrong }, `#${algorithm}=${wrong}`);
        for (let attempt = 0; attempt < 2; attempt += 1) {
          const answer = await gate.get(path);
          assert.equal(answer.status, 502);
          assert.match(answer.json().detail, new RegExp(`with ${algorithm} [0-9a-f]+, but`));
        }
        const right = digest(algorithm, dist);
        list(name, dist, { [algorithm]: right }, `#${algorithm}=${right}`);
        gate.now += 61_000;
        assert.equal((await gate.get(path)).status, 200);
        gate.upstream.htmlOnly = false;
      });
    }

  it('is named as Gitea writes it, in capitals, or several times alike', async () => {
    gate.upstream.htmlOnly = true;
    for (const fragment of [
      (hex: string) => `#sha256-${hex}`,
      (hex: string) => `#sha256-${hex.toUpperCase()}`,
      (hex: string) => `#SHA256=${hex.toUpperCase()}`,
      (hex: string) => `#egg=x&sha256=${hex}&subdirectory=a`,
      (hex: string) => `#sha256=${hex}&sha256=${hex.toUpperCase()}`,
      (hex: string) => `#sha256=${hex}&md5=zz&sha1=`,
    ]) {
      const { name, dist, path } = fresh();
      list(name, dist, {}, fragment(dist.sha256));
      assert.deepEqual((await file(name)).hashes, { sha256: dist.sha256 });
      assert.equal((await gate.get(path)).status, 200, fragment('HEX'));
    }
    gate.upstream.htmlOnly = false;
  });

  it('is refused where what is declared cannot be read, or is weak, also in dry-run', async () => {
    await gate.writePolicy('none.yaml', 'mode: dry-run');
    const { dist } = fresh();
    const sha512 = digest('sha512', dist);
    for (const [hashes, reason] of [
      [{}, UNDECLARED],
      [null, UNDECLARED],
      [{ sha256: '' }, UNDECLARED],
      [{ md5: digest('md5', dist) }, UNDECLARED],
      [{ sha1: digest('sha1', dist), sha224: digest('sha224', dist) }, UNDECLARED],
      [{ blake2b: 'ab'.repeat(64), __proto__: { sha256: dist.sha256 } }, UNDECLARED],
      [{ sha256: dist.sha256.slice(1) }, saying(invalidDigest('sha256'))],
      [{ sha256: dist.sha256.slice(1), sha512 }, saying(invalidDigest('sha256'))],
      [{ sha256: 7, sha512 }, saying(invalidDigest('sha256'))],
      [{ sha256: dist.sha256, SHA256: other(dist.sha256) }, saying(twoDigests('sha256'))],
      [{ sha512: `${sha512.slice(1)}g` }, saying(invalidDigest('sha512'))],
      [{ sha384: 'ab', md5: digest('md5', dist) }, saying(invalidDigest('sha384'))],
    ] as const) {
      const { name, dist, path, upstreamPath } = fresh();
      list(name, dist, hashes);
      for (const method of ['GET', 'HEAD']) {
        const answer = await gate.get(path, {}, method);
        assert.equal(answer.status, 403, JSON.stringify(hashes));
        assert.match(answer.phrase, reason);
        assert.match(answer.phrase, /\(integrity\)/);
      }
      assert.match((await file(name)).yanked, reason);
      assert.equal(gate.upstream.requests(upstreamPath), 0);
    }
    await gate.writePolicy('none.yaml', 'deny: []');
  });

  it('must have all its strong digests, and passes with them', async () => {
    const all = (one: Distribution) => ({
      sha256: one.sha256,
      sha384: digest('sha384', one),
      sha512: digest('sha512', one),
      md5: digest('md5', one),
    });
    for (const wrong of ['', 'sha256', 'sha384', 'sha512']) {
      const { name, dist, path, upstreamPath } = fresh();
      const hashes: Record<string, string> = all(dist);
      if (wrong !== '') hashes[wrong] = other(hashes[wrong]!);
      list(name, dist, hashes);
      assert.equal((await gate.get(path)).status, wrong === '' ? 200 : 502, wrong);
      // Here already, under its sha256 alone: what else is declared is held against it.
      if (wrong === 'sha256') continue;
      list(name, dist, { sha256: dist.sha256 });
      gate.now += 61_000;
      assert.equal((await gate.get(path)).status, 200);
      const requests = gate.upstream.requests(upstreamPath);
      list(name, dist, hashes);
      gate.now += 61_000;
      for (const method of ['GET', 'HEAD', 'GET'])
        assert.equal((await gate.get(path, {}, method)).status, wrong === '' ? 200 : 502, wrong);
      if (wrong === '') assert.equal(gate.upstream.requests(upstreamPath), requests);
    }
  });

  it('that is one of two with one name is the one with a digest, and refused where they are others', async () => {
    const right = (dist: Distribution) => ({
      md5: digest('md5', dist),
      sha256: dist.sha256 as string,
      sha512: digest('sha512', dist),
    });
    for (const [given, status] of [
      [({ sha512 }) => [{ sha512 }, { sha512 }], 200],
      [({ sha512 }) => [{ sha512 }, { sha512: other(sha512) }], 403],
      [({ sha512, sha256 }) => [{ sha512 }, { sha256 }], 200],
      [({ sha512, sha256 }) => [{ sha512 }, { sha256: other(sha256) }], 502],
      [({ sha512, sha256 }) => [{ sha512 }, { sha256, sha512 }], 200],
      [
        ({ sha512, sha256 }) => [
          { sha256, sha512 },
          { sha256, sha512: other(sha512) },
        ],
        403,
      ],
      [() => [{}, {}], 403],
      [({ md5 }) => [{ md5 }, {}], 403],
      [({ md5, sha512 }) => [{ md5 }, { sha512 }], 200],
    ] as const satisfies [
      (hashes: ReturnType<typeof right>) => [Record<string, string>, Record<string, string>],
      number,
    ][]) {
      const { name, dist } = fresh();
      const [one, two]: readonly [Record<string, string>, Record<string, string>] = given(
        right(dist),
      );
      gate.upstream.addProject(name, [
        { dist, hashes: one },
        { dist, hashes: two },
      ]);
      gate.now += 61_000;
      const { files } = (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json();
      assert.equal(files.length, 1, JSON.stringify([one, two]));
      const answer = await gate.get(`/files/${name}/${dist.filename}`);
      assert.equal(answer.status, status, JSON.stringify([one, two]));
    }
  });

  it('is judged by its bytes at the first fetch, and on the page from then on', async () => {
    const hooked = fresh({ files: { 'x.pth': 'import os\n' } });
    list(hooked.name, hooked.dist, { sha512: digest('sha512', hooked.dist) });
    const denied = fresh();
    list(denied.name, denied.dist, { sha384: digest('sha384', denied.dist) });
    await gate.writePolicy(
      'none.yaml',
      `deny: [{ sha256: "${denied.dist.sha256}", reason: "the payload" }]`,
    );
    for (const [{ name, path, upstreamPath, dist }, reason] of [
      [hooked, /\(startup-hook\)/],
      [denied, /denied by its sha256: the payload/],
    ] as const) {
      assert.equal((await file(name)).yanked, false);
      for (const headers of [
        {},
        { range: 'bytes=0-10' },
        { 'if-none-match': `"${dist.sha256}"` },
      ]) {
        const answer = await gate.get(path, headers as Record<string, string>);
        assert.equal(answer.status, 403);
        assert.match(answer.phrase, reason);
        assert.equal(answer.json().sha256, dist.sha256);
      }
      assert.match((await file(name)).yanked, reason);
      assert.equal(gate.upstream.requests(upstreamPath), 1);
    }
    await gate.writePolicy('none.yaml', 'deny: []');
  });

  it('has a sidecar that is held against all its digests, and comes out of the wheel where they do not say it all', async () => {
    for (const [declare, isOffered, fromWheel] of [
      [({ sha256, sha512 }: Strong) => ({ sha256, sha512 }), true, 0],
      [({ sha256 }: Strong) => ({ sha256 }), true, 0],
      [({ sha256, sha512 }: Strong) => ({ sha256, sha512: other(sha512) }), true, 1],
      [({ sha512 }: Strong) => ({ sha512 }), false, 1],
      [({ sha512 }: Strong) => ({ sha256: 'ab', sha512 }), false, 1],
      [() => ({ md5: 'ab'.repeat(16) }), false, 1],
    ] as const) {
      const { name, dist, path } = fresh();
      const of = (algorithm: string) => createHash(algorithm).update(dist.metadata!).digest('hex');
      const declared = declare({ sha256: of('sha256'), sha512: of('sha512') });
      gate.upstream.addProject(name, [{ dist, extra: { 'core-metadata': declared } }]);
      assert.deepEqual((await file(name))['core-metadata'], isOffered && declared);
      const said = JSON.stringify(declared);
      assert.deepEqual((await gate.get(`${path}.metadata`)).body, dist.metadata, said);
      assert.equal(gate.upstream.requests(packagePath(name, dist.filename)), fromWheel, said);
    }
  });

  it('is named by its sha256 in the decision log, from the first delivery on', async () => {
    const { name, dist, path } = fresh();
    list(name, dist, { sha512: digest('sha512', dist) });
    await gate.get(path);
    await gate.get(path);
    const records = (await gate.decisions()).filter(({ project }) => project === name);
    assert.deepEqual(
      records.map(({ sha256, verdict }) => [sha256, verdict]),
      [
        [dist.sha256, 'allow'],
        [dist.sha256, 'allow'],
      ],
    );
  });

  it('answers HEAD, ranges and conditions before its bytes are known, in one transfer', async () => {
    const sha512 = (dist: Distribution) => ({ sha512: digest('sha512', dist) });
    const head = fresh();
    list(head.name, head.dist, sha512(head.dist));
    const answer = await gate.get(head.path, {}, 'HEAD');
    assert.equal(answer.status, 200);
    assert.equal(Number(answer.headers['content-length']), head.dist.bytes.length);
    assert.ok([undefined, `"${head.dist.sha256}"`].includes(answer.headers.etag as string));
    assert.ok((await gate.get(head.path)).body.equals(head.dist.bytes));
    assert.equal(gate.upstream.requests(head.upstreamPath), 1);

    for (const [headers, status] of [
      [{ range: 'bytes=5-9' }, 206],
      [{ range: 'bytes=-4' }, 206],
      [{ range: 'bytes=5-9', 'if-range': '"other"' }, 200],
      [{ range: 'bytes=5-9', 'if-range': '"SHA"' }, 206],
      [{ 'if-none-match': '"other"' }, 200],
      [{ 'if-none-match': '"SHA"' }, 304],
      [{ 'if-none-match': '"undefined"' }, 200],
      [{ range: 'bytes=5-9', 'if-range': '"undefined"' }, 200],
      [{ range: 'bytes=99999999-' }, 416],
    ] as const) {
      const { name, dist, path, upstreamPath } = fresh();
      list(name, dist, sha512(dist));
      const sent = Object.fromEntries(
        Object.entries(headers).map(([key, value]) => [key, value.replace('SHA', dist.sha256)]),
      );
      const answer = await gate.get(path, sent);
      assert.equal(answer.status, status, JSON.stringify(headers));
      if (status === 206) {
        const [, from, to] = /(\d*)-(\d*)$/.exec(headers.range)!;
        const part = from === '' ? dist.bytes.subarray(-Number(to)) : dist.bytes.subarray(5, 10);
        assert.deepEqual(answer.body, part);
      }
      if (status === 200) assert.ok(answer.body.equals(dist.bytes));
      assert.equal(gate.upstream.requests(upstreamPath), 1);
    }
  });

  it('is fetched once for twenty clients, and for those who come while it is put away', async () => {
    const { name, dist, path, upstreamPath } = fresh({
      files: { 'a.bin': Buffer.alloc(300_000, 7) },
    });
    list(name, dist, { sha512: digest('sha512', dist) });
    gate.upstream.fault(upstreamPath, { kind: 'stall', after: 100 });
    const answers = Array.from({ length: 20 }, (_, index) =>
      gate.get(
        path,
        index % 3 === 1 ? { range: 'bytes=0-99' } : {},
        index % 5 === 0 ? 'HEAD' : 'GET',
      ),
    );
    while (gate.upstream.requests(upstreamPath) === 0) await gate.get('/healthz');
    gate.upstream.release();
    const late = answers.map(async (answer) => {
      await answer;
      return gate.get(path);
    });
    for (const { status } of await Promise.all(answers))
      assert.ok(status === 200 || status === 206);
    for (const { body } of await Promise.all(late)) assert.ok(body.equals(dist.bytes));
    assert.equal(gate.upstream.requests(upstreamPath), 1);
  });

  it('keeps its name over a restart, without another transfer', async () => {
    const { name, dist, path, upstreamPath } = fresh();
    list(name, dist, { sha512: digest('sha512', dist) });
    await gate.get(path);
    await gate.restart();
    assert.equal((await file(name)).hashes.sha256, dist.sha256);
    assert.equal((await gate.get(path)).headers.etag, `"${dist.sha256}"`);
    assert.equal(gate.upstream.requests(upstreamPath), 1);
  });

  it('that is listed with another digest is refused, and accepted as another file where files may be replaced', async () => {
    for (const reuploads of ['refuse', 'accept']) {
      const { name, dist, path } = fresh();
      const gate = await startGate({
        withUpstream: (url) => ({ upstreams: [{ name: 'fake', url, reuploads }] }),
      });
      const put = (one: Distribution) => {
        const hashes = { sha512: digest('sha512', one) };
        gate.upstream.addProject(name, [{ dist: one, hashes }, older(name)]);
        gate.now += 61_000;
      };
      const file = async () =>
        (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json().files[0];
      try {
        put(dist);
        assert.equal((await gate.get(path)).status, 200);
        const next = buildWheel({ name, files: { 'other.py': 'x = 1\n' } });
        assert.equal(next.filename, dist.filename);
        put(next);
        assert.deepEqual((await file()).hashes, { sha512: digest('sha512', next) });
        const answer = await gate.get(path);
        if (reuploads === 'refuse') {
          assert.equal(answer.status, 403);
          assert.match(
            answer.phrase,
            saying(replacedAtIndex(ANY, 'sha512', ANY, ['pin', 'setting'])),
          );
          put(dist);
          assert.ok((await gate.get(path)).body.equals(dist.bytes));
          continue;
        }
        assert.ok(answer.body.equals(next.bytes));
        assert.equal((await file()).hashes.sha256, next.sha256);
      } finally {
        await gate.close();
      }
    }
  });
});

describe('an upstream without digests, whose files are pinned', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({
      withUpstream: (url) => ({ upstreams: [{ name: 'fake', url, unhashed: 'pin' }] }),
    });
  });
  after(() => gate.close());

  const list = (name: string, dist: Distribution, hashes: Record<string, unknown> = {}) => {
    gate.upstream.addProject(name, [{ dist, hashes }, older(name)]);
    gate.now += 61_000;
  };
  const file = async (name: string) =>
    (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json().files[0];
  const pinOf = (name: string, { filename }: Distribution) =>
    join(gate.folder, 'data', 'pins', 'fake', name, `${filename}.json`);
  /** Another file of the same name, for want of which a cached one would do. */
  const changed = async ({ name }: { name: string }) => {
    await gate.restart(() => rm(join(gate.folder, 'data', 'blobs'), { recursive: true }));
    return buildWheel({ name, files: { 'other.py': 'x = 1\n' } });
  };

  for (const weak of [[], ['md5'], ['sha1', 'sha224'], ['md5', 'sha1']])
    it(`keeps the first bytes, with ${weak.join(' and ') || 'nothing'} declared, and refuses others`, async () => {
      const made = fresh();
      const { name, dist, path, upstreamPath } = made;
      const hashes = (of: Distribution) =>
        Object.fromEntries(weak.map((algorithm) => [algorithm, digest(algorithm, of)]));
      list(name, dist, hashes(dist));
      assert.equal((await file(name)).hashes.sha256, undefined);
      assert.equal((await gate.get(path)).status, 200);
      assert.equal((await gate.get(path)).headers.etag, `"${dist.sha256}"`);
      assert.equal(gate.upstream.requests(upstreamPath), 1);
      assert.deepEqual((await file(name)).hashes, { sha256: dist.sha256 });
      assert.deepEqual(JSON.parse(await readFile(pinOf(name, dist), 'utf8')), {
        filename: dist.filename,
        sha256: dist.sha256,
        hashes: hashes(dist),
      });

      const next = await changed(made);
      list(name, next, hashes(next));
      for (const headers of [{}, { range: 'bytes=0-9' }, { 'if-none-match': `"${next.sha256}"` }]) {
        const answer = await gate.get(path, headers as Record<string, string>);
        assert.equal(answer.status, 403);
        assert.match(answer.phrase, /than the pinned .*\(integrity\)/);
      }
      assert.match(
        (await file(name)).yanked,
        new RegExp(`pinned.*${dist.sha256.slice(0, 12)}.*integrity`),
      );
      // Seen once; nobody downloads it again to find the same.
      assert.equal(gate.upstream.requests(upstreamPath), weak.length === 0 ? 2 : 1);

      // The first bytes are the file still.
      list(name, dist, hashes(dist));
      await gate.restart();
      assert.ok((await gate.get(path)).body.equals(dist.bytes));

      // Whoever takes the pin away takes the next bytes for the file.
      await changed(made);
      await rm(pinOf(name, dist));
      gate.gate.reload();
      list(name, next, hashes(next));
      assert.ok((await gate.get(path)).body.equals(next.bytes));
      assert.equal((await file(name)).hashes.sha256, next.sha256);
    });

  it('holds bytes against the weak digest that it declares, before it pins them', async () => {
    const { name, dist, path } = fresh();
    list(name, dist, { md5: other(digest('md5', dist)) });
    assert.equal((await gate.get(path)).status, 502);
    await assert.rejects(readFile(pinOf(name, dist)), /ENOENT/);
    list(name, dist, { md5: digest('md5', dist) });
    assert.equal((await gate.get(path)).status, 200);
    // One more that was not looked at when they were pinned.
    list(name, dist, { sha1: other(digest('sha1', dist)) });
    assert.equal((await gate.get(path)).status, 502);
    list(name, dist, { sha1: digest('sha1', dist) });
    assert.equal((await gate.get(path)).status, 200);
    list(name, dist, { sha1: other(digest('sha1', dist)) });
    assert.match((await gate.get(path)).phrase, saying(replacedAtIndex(ANY, 'sha1', ANY, ['pin'])));
    list(name, dist, {});
    assert.equal((await gate.get(path)).status, 200);
  });

  it('holds a strong digest that it declares later against the pin', async () => {
    const { name, dist, path } = fresh();
    list(name, dist);
    assert.equal((await gate.get(path)).status, 200);
    for (const algorithm of ['sha256', 'sha512']) {
      list(name, dist, { [algorithm]: other(digest(algorithm, dist)) });
      const answer = await gate.get(path);
      assert.equal(answer.status, algorithm === 'sha256' ? 403 : 502, algorithm);
      list(name, dist, { [algorithm]: digest(algorithm, dist) });
      assert.equal((await gate.get(path)).status, 200);
    }
  });

  it('lets what has a strong digest change with it where files may be replaced, and not without it', async () => {
    const gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [{ name: 'fake', url, unhashed: 'pin', reuploads: 'accept' }],
      }),
    });
    const list = (name: string, dist: Distribution, hashes: Record<string, unknown>) => {
      gate.upstream.addProject(name, [{ dist, hashes }, older(name)]);
      gate.now += 61_000;
    };
    const { name, dist, path } = fresh();
    const next = buildWheel({ name, files: { 'other.py': 'x = 1\n' } });
    for (const algorithm of ['sha256', 'sha512'])
      for (const one of [dist, next]) {
        list(name, one, { [algorithm]: digest(algorithm, one) });
        assert.ok((await gate.get(path)).body.equals(one.bytes));
      }
    // The index has lost its digests, or somebody has taken them away to change the bytes.
    await gate.restart(() => rm(join(gate.folder, 'data', 'blobs'), { recursive: true }));
    list(name, dist, {});
    assert.match((await gate.get(path)).phrase, saying(differsFromPin(ANY, ANY, ANY)));
    list(name, next, {});
    gate.now += 600_000;
    assert.ok((await gate.get(path)).body.equals(next.bytes));
    list(name, dist, { sha256: dist.sha256 });
    assert.match(
      (await gate.get(path)).phrase,
      saying(replacedAtIndex(ANY, 'sha256', ANY, ['waiver'])),
    );
    await gate.close();
  });

  it('looks again after a while whether the index has the pinned bytes again', async () => {
    const made = fresh();
    const { name, dist, path, upstreamPath } = made;
    list(name, dist);
    await gate.get(path);
    list(name, await changed(made));
    for (let count = 0; count < 3; count += 1) assert.equal((await gate.get(path)).status, 403);
    assert.equal(gate.upstream.requests(upstreamPath), 2);
    list(name, dist);
    assert.equal((await gate.get(path)).status, 403);
    gate.now += 600_000;
    assert.equal((await file(name)).yanked, false);
    assert.ok((await gate.get(path)).body.equals(dist.bytes));
    assert.equal(gate.upstream.requests(upstreamPath), 3);
  });

  it('does not pin what breaks off', async () => {
    const cut = fresh();
    list(cut.name, cut.dist);
    gate.upstream.fault(cut.upstreamPath, { kind: 'truncate', after: 50 });
    assert.ok((await gate.get(cut.path)).status >= 500);
    gate.upstream.fault(cut.upstreamPath, { kind: 'shorten', to: 50 });
    assert.ok((await gate.get(cut.path)).status >= 500);
    await assert.rejects(readFile(pinOf(cut.name, cut.dist)), /ENOENT/);
    gate.upstream.fault(cut.upstreamPath, undefined);
    assert.ok((await gate.get(cut.path)).body.equals(cut.dist.bytes));
  });

  it('is refused, never pinned anew, where a pin cannot be read or kept', async () => {
    const { name, dist, path, upstreamPath } = fresh();
    list(name, dist);
    await gate.get(path);
    await writeFile(pinOf(name, dist), '{"torn');
    gate.gate.reload();
    assert.match((await gate.get(path)).phrase, /pin of .* cannot be read.*\(integrity\)/);
    assert.equal(await readFile(pinOf(name, dist), 'utf8'), '{"torn');
    // A file where the project's folder should be: neither to be read nor to be written.
    const blocked = fresh();
    list(blocked.name, blocked.dist);
    await mkdir(join(gate.folder, 'data', 'pins', 'fake'), { recursive: true });
    const folder = join(gate.folder, 'data', 'pins', 'fake', blocked.name);
    await writeFile(folder, '');
    const answer = await gate.get(blocked.path);
    assert.equal(answer.status, 403);
    assert.match(answer.phrase, /cannot be read.*\(integrity\)/);
    assert.equal(gate.upstream.requests(blocked.upstreamPath), 0);
    assert.equal((await gate.get(`/simple/${blocked.name}/`)).status, 200);
    await rm(folder);
    assert.equal((await gate.get(blocked.path)).status, 200);
    assert.equal(gate.upstream.requests(upstreamPath), 1);
  });

  it('is refused in dry-run as well, and no waiver is for it', async () => {
    const made = fresh();
    const { name, dist, path } = made;
    list(name, dist);
    await gate.get(path);
    await gate.writePolicy('none.yaml', 'mode: dry-run');
    list(name, await changed(made));
    assert.equal((await gate.get(path)).status, 403);
    await gate.writePolicy('none.yaml', 'deny: []');
  });

  it('cuts off the client to whom other bytes flow already, and sends never their end', async () => {
    const made = fresh({ files: { 'a.bin': randomBytes(400_000) } });
    const { name, dist, path, upstreamPath } = made;
    list(name, dist);
    await gate.get(path);
    await changed(made);
    const next = buildWheel({ name, files: { 'a.bin': randomBytes(400_000) } });
    list(name, next);
    gate.upstream.fault(upstreamPath, { kind: 'stall', after: 300_000 });
    const answers = Array.from({ length: 5 }, () => gate.get(path));
    while (gate.upstream.requests(upstreamPath) === 1) await gate.get('/healthz');
    gate.upstream.release();
    for (const { status, complete, body } of await Promise.all(answers)) {
      assert.ok(status === 403 || !complete);
      assert.ok(!body.equals(next.bytes));
    }
    assert.equal(gate.upstream.requests(upstreamPath), 2);
  });
});
