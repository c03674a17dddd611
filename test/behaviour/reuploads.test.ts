import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { noStrongDigest } from '../../src/messages/reasons.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { ANY, saying } from '../support/messages.js';
import { Random } from '../support/random.js';
import { until } from '../support/until.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HOUR = 3_600_000;

describe('a file that its index has other bytes for than before', () => {
  let gate: TestGate;
  let count = 0;
  /** Of the upstream, from the next start on. */
  let settings: { reuploads?: string } = {};

  before(async () => {
    gate = await startGate({
      withUpstream: (url) => ({ upstreams: [{ name: 'fake', url, ...settings }] }),
    });
  });
  after(() => gate.close());

  /** Two files of one name, and what the index has of the project beside them. */
  function twice() {
    count += 1;
    const name = `demo${count}`;
    const first = buildWheel({ name });
    const second = buildWheel({ name, files: { [`${name}/__init__.py`]: 'evil = 1\n' } });
    const older = buildWheel({ name, version: '0.1' });
    return { name, first, second, older, url: `/files/${name}/${first.filename}` };
  }
  function put(name: string, dists: readonly Distribution[], hashes?: Record<string, string>) {
    gate.upstream.addProject(
      name,
      dists.map((dist) => ({ dist, ...(hashes && { hashes }) })),
    );
    gate.now += HOUR;
  }
  const yanked = async (name: string) =>
    (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json().files[0].yanked;

  it('is refused once the first ones were given out, on the page and in the download, also after a restart', async () => {
    const { name, first, second, older, url } = twice();
    put(name, [first, older]);
    assert.deepEqual((await gate.get(url)).body, first.bytes);
    put(name, [second, older]);
    for (let round = 0; round < 2; round += 1) {
      const answer = await gate.get(url);
      assert.equal(answer.status, 403);
      assert.match(answer.phrase, /pinned.*\(integrity\)/);
      assert.match(await yanked(name), /pinned/);
      await gate.restart();
    }
    assert.equal(gate.upstream.requests(packagePath(name, first.filename)), 1);
    assert.equal((await gate.get(`/files/${name}/${older.filename}`)).status, 200);
  });

  it('is refused where its first bytes were in the cache under the name of another file', async () => {
    const { name, first, second, url } = twice();
    const named = (dist: Distribution) => ({ ...dist, filename: `${name}-1.0-1-py3-none-any.whl` });
    const twin = `/files/${name}/${named(first).filename}`;
    put(name, [first, named(first)]);
    assert.deepEqual((await gate.get(url)).body, first.bytes);
    // By then they are kept.
    await gate.restart();
    assert.deepEqual((await gate.get(twin)).body, first.bytes);
    assert.equal(gate.upstream.requests(packagePath(name, named(first).filename)), 0);
    put(name, [first, named(second)]);
    assert.match((await gate.get(twin)).phrase, /pinned.*\(integrity\)/);
    assert.equal((await gate.get(url)).status, 200);
  });

  for (const [what, headers] of [
    ['whole', {}],
    ['in part', { range: 'bytes=0-9' }],
  ] as const)
    it(`is refused where its first bytes were in the cache before anything was pinned, and went out ${what}`, async () => {
      const { name, first, second, url } = twice();
      const pin = join(gate.folder, 'data', 'pins', 'fake', name, `${first.filename}.json`);
      put(name, [first]);
      await gate.get(url);
      await until(() => existsSync(pin));
      const before = await readFile(pin, 'utf8');
      await rm(pin);
      gate.gate.reload();
      await until(async () => {
        assert.ok((await gate.get(url, headers)).status < 300);
        return existsSync(pin);
      });
      assert.deepEqual(JSON.parse(await readFile(pin, 'utf8')), JSON.parse(before));
      put(name, [second]);
      assert.match((await gate.get(url)).phrase, /pinned.*\(integrity\)/);
    });

  it('is refused where its first bytes were in the cache, and the disk had first no room to pin them', async () => {
    const { name, first, second, url } = twice();
    const pins = join(gate.folder, 'data', 'pins', 'fake', name);
    put(name, [first]);
    await gate.get(url);
    // The pin is stored in the background.
    await until(() => existsSync(pins) && readdirSync(pins).some((file) => !file.startsWith('.')));
    await rm(pins, { recursive: true });
    gate.gate.reload();
    await gate.get(`/simple/${name}/`);
    // Nothing can be put into a folder that is a file.
    await writeFile(pins, '');
    assert.deepEqual((await gate.get(url)).body, first.bytes);
    await rm(pins);
    await until(async () => {
      gate.now += 60_000;
      assert.deepEqual((await gate.get(url)).body, first.bytes);
      return existsSync(pins);
    });
    put(name, [second]);
    assert.match((await gate.get(url)).phrase, /pinned.*\(integrity\)/);
  });

  it('is given out again once the index has the first ones again', async () => {
    const { name, first, second, url } = twice();
    put(name, [first]);
    await gate.get(url);
    put(name, [second]);
    assert.equal((await gate.get(url)).status, 403);
    put(name, [first]);
    assert.deepEqual((await gate.get(url)).body, first.bytes);
  });

  it('is refused under another kind of digest, too, once its bytes are here', async () => {
    const { name, first, second, url } = twice();
    put(name, [first]);
    await gate.get(url);
    const sha512 = (dist: Distribution) => createHash('sha512').update(dist.bytes).digest('hex');
    // By then the first ones are kept, and have another digest than the one that is declared.
    await gate.restart();
    put(name, [second], { sha512: sha512(second) });
    for (const time of ['first', 'second'])
      assert.match((await gate.get(url)).phrase, /pinned.*\(integrity\)/, time);
    put(name, [first], { sha512: sha512(first) });
    gate.now += HOUR;
    assert.deepEqual((await gate.get(url)).body, first.bytes);
  });

  it('is refused where the index declares no digest any more, which nothing pins here', async () => {
    const { name, first, url } = twice();
    put(name, [first]);
    await gate.get(url);
    put(name, [first], {});
    assert.match((await gate.get(url)).phrase, saying(noStrongDigest(ANY)));
  });

  it('is refused where the index had removed it, and has it again', async () => {
    const { name, first, second, older, url } = twice();
    put(name, [first, older]);
    await gate.get(url);
    put(name, [older]);
    assert.equal((await gate.get(url)).status, 404);
    put(name, [second, older]);
    assert.match((await gate.get(url)).phrase, /pinned.*\(integrity\)/);
    put(name, [first, older]);
    assert.deepEqual((await gate.get(url)).body, first.bytes);
  });

  it('is refused after its first bytes are evicted from the cache', async () => {
    const { name, first, second, url } = twice();
    put(name, [first]);
    await gate.get(url);
    await gate.restart(() =>
      rm(join(gate.folder, 'data', 'blobs'), { recursive: true, force: true }),
    );
    put(name, [second]);
    assert.match((await gate.get(url)).phrase, /pinned.*\(integrity\)/);
    put(name, [first]);
    assert.deepEqual((await gate.get(url)).body, first.bytes);
  });

  it('tells what lets it through, and each of it does', async () => {
    const { name, first, second, url } = twice();
    put(name, [first]);
    await gate.get(url);
    put(name, [second]);
    const { phrase, body } = await gate.get(url);
    for (const text of [phrase, body.toString()])
      assert.match(text, /check it, then waive its sha256 or set .*reuploads: accept/);
    settings = { reuploads: 'accept' };
    await gate.restart();
    assert.deepEqual((await gate.get(url)).body, second.bytes);
    settings = { reuploads: 'refuse' };
    await gate.restart();
    put(name, [first]);
    assert.match((await gate.get(url)).phrase, /pinned.*\(integrity\)/);
    settings = {};
    await gate.restart();
    put(name, [second]);
    assert.deepEqual((await gate.get(url)).body, second.bytes);
  });

  it('is what came first in every history of listings, downloads, restarts and lost caches, and never refused then', async () => {
    const KINDS = [['sha256'], ['sha512'], ['sha256', 'sha512'], []] as const;
    const digests = (dist: Distribution, kinds: readonly string[]) =>
      Object.fromEntries(
        kinds.map((kind) => [kind, createHash(kind).update(dist.bytes).digest('hex')]),
      );
    let refused = 0;
    for (let seed = 1; seed <= 6; seed += 1) {
      const random = new Random(seed);
      const { name, first, second, older, url } = twice();
      let came: Distribution | undefined;
      let listed = first;
      let kinds: readonly string[] = KINDS[0];
      const history: string[] = [];
      put(name, [first, older]);
      for (let step = 0; step < 14; step += 1) {
        const what = random.pick([
          'list',
          'list',
          'get',
          'get',
          'get',
          'restart',
          'evict',
        ] as const);
        if (what === 'list') {
          listed = random.pick([first, second]);
          kinds = random.pick(KINDS);
          gate.upstream.addProject(name, [{ dist: listed, hashes: digests(listed, kinds) }, older]);
          gate.now += HOUR;
        }
        if (what === 'restart') await gate.restart();
        if (what === 'evict')
          await gate.restart(() =>
            rm(join(gate.folder, 'data', 'blobs'), { recursive: true, force: true }),
          );
        history.push(what === 'list' ? `${listed === first} ${kinds}` : what);
        const about = `seed ${seed}: ${history.join(', ')}`;
        if (what !== 'get') continue;
        const { status, body } = await gate.get(url);
        const isFirst = came === undefined || came === listed;
        if (kinds.length > 0 && isFirst) {
          assert.equal(status, 200, about);
          assert.ok(body.equals(listed.bytes), about);
          came = listed;
        } else {
          assert.equal(status, 403, about);
          refused += 1;
        }
      }
    }
    assert.ok(refused > 5, `${refused}`);
  });

  it('may be another as long as nobody was given the first one', async () => {
    const { name, first, second, url } = twice();
    put(name, [first]);
    await gate.get(`/simple/${name}/`);
    put(name, [second]);
    assert.deepEqual((await gate.get(url)).body, second.bytes);
  });

  it('is taken once its pin is removed, and a reload asked for', async () => {
    const { name, first, second, url } = twice();
    put(name, [first]);
    await gate.get(url);
    put(name, [second]);
    assert.equal((await gate.get(url)).status, 403);
    const pin = join(gate.folder, 'data', 'pins', 'fake', name, `${first.filename}.json`);
    await until(() => existsSync(pin));
    await rm(pin);
    gate.gate.reload();
    assert.deepEqual((await gate.get(url)).body, second.bytes);
  });

  it('is given out under a waiver that names its new bytes, opened as ever, and no third bytes are', async () => {
    const { name, first, second, older, url } = twice();
    const third = buildWheel({ name, files: { 'evil.pth': 'import os\n' } });
    put(name, [first, older]);
    await gate.get(url);
    put(name, [second, older]);
    const waiver = (dist: Distribution) =>
      gate.writePolicy(
        'waivers.yaml',
        `waivers: [{ rule: integrity, project: ${name}, versions: "==1.0", sha256: ${dist.sha256}, reason: r, owner: o, expires: "${new Date(gate.now + 5 * 24 * HOUR).toISOString().slice(0, 10)}" }]`,
      );
    const why = await gate.get(`/api/v1/projects/${name}/files/${second.filename}`);
    assert.match(
      why.json().advice.waiver,
      new RegExp(`rule: integrity[^]*sha256: ${second.sha256}`),
    );
    await waiver(first);
    assert.equal((await gate.get(url)).status, 403);
    await waiver(second);
    for (const time of ['first', 'second'])
      assert.deepEqual((await gate.get(url)).body, second.bytes, time);
    assert.equal((await gate.decisions()).at(-1)?.rule, 'integrity');
    assert.equal(gate.upstream.requests(packagePath(name, first.filename)), 2);
    put(name, [third, older]);
    assert.match((await gate.get(url)).phrase, /another sha256.*\(integrity\)/);
    await waiver(third);
    assert.match((await gate.get(url)).phrase, /\(startup-hook\)/);
    // What the inspection found is known of the file from then on.
    const page = (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json().files[0];
    assert.equal(page.hashes.sha256, third.sha256);
    assert.match(page.yanked, /\(startup-hook\)/);
    await gate.writePolicy('waivers.yaml', 'deny: []');
    put(name, [second, older]);
    assert.equal((await gate.get(url)).status, 403);
  });

  it('is the new one under "accept", with what it was before on record, also after a restart', async () => {
    const open = await startGate({
      withUpstream: (upstream) => ({
        upstreams: [{ name: 'fake', url: upstream, reuploads: 'accept' }],
      }),
    });
    try {
      const { name, first, second, url } = twice();
      open.upstream.addProject(name, [first]);
      assert.deepEqual((await open.get(url)).body, first.bytes);
      assert.equal((await open.decisions()).at(-1)?.reason, undefined);
      open.upstream.addProject(name, [second]);
      open.now += HOUR;
      for (let round = 0; round < 2; round += 1) {
        assert.deepEqual((await open.get(url)).body, second.bytes);
        const { verdict, rule, reason } = (await open.decisions()).at(-1)!;
        assert.deepEqual([verdict, rule], ['allow', 'integrity']);
        assert.ok(reason?.includes(`had sha256 ${first.sha256.slice(0, 12)}… before`), reason);
        await open.restart();
      }
      assert.match((await open.decisions()).at(-1)?.reason ?? '', /, until 20\d\d-/);
      const page = await open.get(`/projects/${name}/files/${second.filename}`);
      assert.match(page.body.toString(), /was replaced at its index/);
    } finally {
      await open.close();
    }
  });
});
