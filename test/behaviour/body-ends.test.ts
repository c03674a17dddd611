import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildWheel, type Distribution } from '../support/distributions.js';
import {
  FRAMINGS,
  type Framing,
  inChunks,
  type RawIndex,
  rawAnswer,
  startRawIndex,
} from '../support/raw-index.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const HOUR = 3_600_000;
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** Transfer codings that nobody asked for, with a body that one who ignores them would take for the file. */
const CODED: Readonly<Record<string, Framing>> = {
  gzip: (bytes) => ({ headers: ['transfer-encoding: gzip'], body: gzipSync(bytes) }),
  'gzip, in name only': (body) => ({ headers: ['transfer-encoding: gzip'], body }),
  'gzip in chunks': (bytes) => ({
    headers: ['transfer-encoding: gzip, chunked'],
    body: inChunks(gzipSync(bytes)),
  }),
  'gzip around chunks': (bytes) => ({
    headers: ['transfer-encoding: chunked, gzip'],
    body: gzipSync(inChunks(bytes)),
  }),
  'chunks twice': (bytes) => ({
    headers: ['transfer-encoding: chunked', 'transfer-encoding: chunked'],
    body: inChunks(inChunks(bytes)),
  }),
  'an unknown one': (body) => ({ headers: ['transfer-encoding: x-new'], body }),
};

describe('the end of a body', () => {
  let index: RawIndex;
  let gate: TestGate;
  let count = 0;
  before(async () => {
    index = await startRawIndex();
    const upstream = (name: string, more: object) => ({
      name,
      url: `${index.url}/${name}/`,
      claims: [`${name}-*`],
      unhashed: 'pin',
      ...more,
    });
    gate = await startGate({
      config: {
        upstreams: [upstream('opened', {}), upstream('trusted', { inspect: false })],
      },
    });
  });
  after(async () => {
    await gate.close();
    await index.close();
  });

  interface Listing {
    readonly hashes?: (dist: Distribution) => Readonly<Record<string, string>>;
    readonly more?: (dist: Distribution) => object;
  }

  /** A project with one file, which its page lists as `listing` says. */
  function list(upstream: 'opened' | 'trusted', { hashes, more }: Listing = {}) {
    count += 1;
    const name = `${upstream}-demo${count}`;
    const dist = buildWheel({ name: name.replace('-', '_') });
    const place = `/packages/${dist.filename}`;
    const file = {
      filename: dist.filename,
      url: `${index.url}${place}`,
      hashes: hashes?.(dist) ?? {},
      ...more?.(dist),
    };
    const page = { meta: { 'api-version': '1.0' }, name, files: [file] };
    index.answers.set(
      `/${upstream}/${name}/`,
      rawAnswer(Buffer.from(JSON.stringify(page)), FRAMINGS.length, JSON_TYPE),
    );
    const give = (framing: Framing, bytes = dist.bytes, version = '1.1') =>
      index.answers.set(place, rawAnswer(bytes, framing, undefined, version));
    const get = (headers = {}) => gate.get(`/files/${name}/${dist.filename}`, headers);
    const pins = () =>
      readdir(join(gate.folder, 'data', 'pins', upstream, name)).catch(() => [] as string[]);
    return { name, dist, place, give, get, pins };
  }

  for (const upstream of ['opened', 'trusted'] as const)
    describe(`of a file that is ${upstream === 'opened' ? 'opened' : 'not opened'}`, () => {
      for (const [what, framing] of Object.entries(CODED))
        it(`is not told by the transfer coding ${what}: nothing is given out, pinned or kept`, async () => {
          const { dist, give, get, pins } = list(upstream);
          give(framing);
          const { status, body } = await get();
          assert.equal(status, 502);
          assert.match(body.toString(), /transfer coding/);
          assert.deepEqual(await pins(), []);
          give(FRAMINGS.length);
          gate.now += HOUR;
          assert.deepEqual((await get()).body, dist.bytes);
        });

      for (const version of ['1.0', '1.1'])
        it(`is unknown over HTTP/${version} without a length, a size and a digest: a part is not pinned in place of the file`, async () => {
          const { dist, give, get, pins } = list(upstream);
          for (const bytes of [dist.bytes.subarray(0, -30), dist.bytes]) {
            give(FRAMINGS.unmarked, bytes, version);
            for (const headers of [{}, { range: 'bytes=0-9' }]) {
              const { status, body } = await get(headers);
              assert.equal(status, 502);
              assert.match(body.toString(), /neither size nor digest/);
            }
            gate.now += HOUR;
          }
          assert.deepEqual(await pins(), []);
          give(FRAMINGS.chunks);
          assert.deepEqual((await get()).body, dist.bytes);
          assert.equal((await pins()).length, 1);
        });

      const sha256 = ({ sha256 }: Distribution) => ({ sha256 });
      const md5 = ({ bytes }: Distribution) => ({
        md5: createHash('md5').update(bytes).digest('hex'),
      });
      for (const [what, framing, listing] of [
        ['its length', FRAMINGS.length, {}],
        ['its last chunk', FRAMINGS.chunks, {}],
        ['a sha256 on its page', FRAMINGS.unmarked, { hashes: sha256 }],
        ['an MD5 on its page', FRAMINGS.unmarked, { hashes: md5 }],
        [
          'a size on its page',
          FRAMINGS.unmarked,
          { more: ({ bytes }: Distribution) => ({ size: bytes.length }) },
        ],
      ] as const)
        it(`is known by ${what}: all of it is given out, and no part of it`, async () => {
          const cut = list(upstream, listing);
          const { headers, body } = framing(cut.dist.bytes);
          cut.give(() => ({ headers, body: body.subarray(0, -30) }));
          const { status, body: received, complete } = await cut.get();
          assert.ok(status === 502 || !complete, `${status}`);
          assert.ok(!received.equals(cut.dist.bytes));
          assert.deepEqual(await cut.pins(), []);
          const whole = list(upstream, listing);
          whole.give(framing);
          assert.deepEqual((await whole.get()).body, whole.dist.bytes);
        });
    });

  describe('of a project page', () => {
    const link = (file: string) =>
      `<a href="${index.url}/packages/${file}#sha256=${'a'.repeat(64)}">${file}</a>`;
    const html = (name: string) =>
      `<!DOCTYPE html><html><body>\n${link(`${name}-1.0.tar.gz`)}<br>\n${link(`${name}-2.0.tar.gz`)}\n`;
    /** A page of two files. */
    function page(framing: Framing, { end = '</body></html>\n', cut = 0, version = '1.1' } = {}) {
      count += 1;
      const name = `opened-page${count}`;
      const bytes = Buffer.from(html(name) + end);
      const answer = rawAnswer(
        bytes.subarray(0, bytes.length - cut),
        framing,
        'text/html',
        version,
      );
      index.answers.set(`/opened/${name}/`, answer);
      return gate.get(`/simple/${name}/`);
    }

    for (const [what, framing] of Object.entries(CODED))
      it(`is not told by the transfer coding ${what}`, async () => {
        assert.equal((await page(framing)).status, 502);
      });

    it('is known by its length, its last chunk, or its own last words', async () => {
      for (const framing of [FRAMINGS.length, FRAMINGS.chunks])
        assert.match((await page(framing, { end: '' })).body.toString(), /2\.0\.tar\.gz/);
      for (const version of ['1.0', '1.1'])
        for (const end of ['</html>', '</body></HTML >\r\n', '</html>\n<!--SERIAL 123-->\n']) {
          const { status, body } = await page(FRAMINGS.unmarked, { end, version });
          assert.equal(status, 200, end);
          assert.match(body.toString(), /2\.0\.tar\.gz/);
        }
    });

    it('is unknown where it is cut off, between two files too', async () => {
      for (const options of [{ end: '' }, { end: '', cut: 60 }, { cut: 3 }]) {
        const { status, body } = await page(FRAMINGS.unmarked, options);
        assert.equal(status, 502);
        assert.match(body.toString(), /without its length/);
      }
    });

    it('is unknown where its JSON is cut off', async () => {
      const { name } = list('opened');
      const path = `/opened/${name}/`;
      const { body } = index.answers.get(path)!;
      const give = (bytes: Buffer) =>
        index.answers.set(path, rawAnswer(bytes, FRAMINGS.unmarked, JSON_TYPE));
      for (const cut of [1, 2, 3]) {
        give(body.subarray(0, -cut));
        assert.equal((await gate.get(`/simple/${name}/`)).status, 502);
        gate.now += HOUR;
      }
      give(body);
      assert.equal((await gate.get(`/simple/${name}/`)).status, 200);
    });
  });

  describe('of a document that is passed on', () => {
    const document = Buffer.from(JSON.stringify({ version: 1, attestation_bundles: [] }));
    /** A provenance document as it comes, asked for through the gate. */
    function ask(framing: Framing, bytes = document) {
      const { name, dist } = list('opened');
      const path = `/integrity/${name}/1.0/${dist.filename}/provenance`;
      index.answers.set(path, rawAnswer(bytes, framing, 'application/json'));
      return gate.get(path);
    }

    for (const [what, framing] of Object.entries(CODED))
      it(`is not told by the transfer coding ${what}`, async () => {
        assert.equal((await ask(framing)).status, 502);
      });

    it('is known by its length, its last chunk, or its own last brace', async () => {
      for (const framing of Object.values(FRAMINGS)) {
        const { status, body } = await ask(framing);
        assert.equal(status, 200);
        assert.deepEqual(body, document);
      }
      assert.equal((await ask(FRAMINGS.unmarked, document.subarray(0, -1))).status, 502);
    });
  });

  describe('of the list of projects', () => {
    const projects = Buffer.from(
      '<!DOCTYPE html><html><body>\n<a href="opened-one/">opened-one</a><br>\n<a href="opened-two/">opened-two</a>\n</body></html>',
    );
    const listed = async (framing: Framing, bytes = projects) => {
      for (const upstream of ['opened', 'trusted'])
        index.answers.set(`/${upstream}/`, rawAnswer(bytes, framing, 'text/html'));
      gate.now += HOUR;
      return gate.get('/simple/');
    };

    it('is not told by a transfer coding, and not known where it is cut off', async () => {
      for (const framing of Object.values(CODED)) assert.equal((await listed(framing)).status, 502);
      for (const cut of [3, 20])
        assert.equal((await listed(FRAMINGS.unmarked, projects.subarray(0, -cut))).status, 502);
    });

    it('is known by its length, its last chunk, or its own last words', async () => {
      for (const framing of Object.values(FRAMINGS)) {
        const { status, body } = await listed(framing);
        assert.equal(status, 200);
        assert.match(body.toString(), />opened-two</);
      }
    });
  });

  describe('of a provenance document', () => {
    let attesting: TestGate;
    before(async () => {
      attesting = await startGate({
        policies: { 'a.yaml': 'rules: { attestation: { action: block } }' },
        config: { upstreams: [{ name: 'attesting', url: `${index.url}/attesting/` }] },
        verifyProvenance: async (document) => {
          const { by } = JSON.parse(Buffer.from(document).toString());
          return { kind: 'attested', publishers: [by] };
        },
      });
    });
    after(() => attesting.close());

    for (const [what, framing, cut] of [
      ['is cut off', FRAMINGS.unmarked, 1],
      ['has a transfer coding', CODED['gzip, in name only']!, 0],
    ] as const)
      it(`that ${what} is asked for again soon, and says nothing of its file until then`, async () => {
        count += 1;
        const name = `attested${count}`;
        const document = Buffer.from(JSON.stringify({ by: 'github:demo/demo' }));
        const dists = ['1.0', '2.0', '3.0', '4.0'].map((version) => buildWheel({ name, version }));
        const places = dists.map(({ filename }) => `/provenance/${filename}`);
        const files = dists.map(({ filename, sha256 }, at) => ({
          filename,
          url: `${index.url}/packages/${filename}`,
          hashes: { sha256 },
          'upload-time': `2026-10-0${at + 1}T00:00:00Z`,
          provenance: index.url + places[at],
        }));
        const page = JSON.stringify({ meta: { 'api-version': '1.3' }, name, files });
        index.answers.set(
          `/attesting/${name}/`,
          rawAnswer(Buffer.from(page), FRAMINGS.length, JSON_TYPE),
        );
        for (const [at, { filename, bytes }] of dists.entries()) {
          index.answers.set(`/packages/${filename}`, rawAnswer(bytes, FRAMINGS.length));
          index.answers.set(places[at]!, rawAnswer(document, FRAMINGS.unmarked));
        }
        const bad = document.subarray(0, document.length - cut);
        index.answers.set(places[3]!, rawAnswer(bad, framing));
        const get = () => attesting.get(`/files/${name}/${dists[3]!.filename}`);
        assert.equal((await get()).status, 403);
        index.answers.set(places[3]!, rawAnswer(document, FRAMINGS.unmarked));
        attesting.now += 60_000;
        assert.deepEqual((await get()).body, dists[3]!.bytes);
        assert.equal(index.requests(places[3]!), 2);
      });
  });
});
