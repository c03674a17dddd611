import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 1);
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const at = (time: number) => new Date(time).toISOString();

describe('a file that joins a release late', () => {
  let gate: TestGate;
  let count = 0;
  before(async () => {
    gate = await startGate({
      now: NOW,
      policies: {
        'p.yaml':
          'rules: { late-file: { action: block, after: 14d }, new-project: { action: off } }',
      },
    });
  });
  after(() => gate.close());

  function release() {
    count += 1;
    const name = `late${count}`;
    return {
      name,
      wheel: buildWheel({ name }),
      sdist: buildSdist({ name }),
      joins: buildWheel({ name, tags: 'py311-none-any' }),
      other: buildWheel({ name, tags: 'py312-none-any' }),
      next: buildWheel({ name, version: '2.0' }),
    };
  }
  type Put = readonly [dist: Distribution, uploadTime: number | null];
  /** Puts files onto the page, and looks at it. */
  async function list(name: string, ...files: readonly Put[]) {
    gate.upstream.addProject(
      name,
      files.map(([dist, time]) => ({ dist, uploadTime: time === null ? null : at(time) })),
    );
    return gate.get(`/simple/${name}/`, { accept: JSON_TYPE });
  }
  const pass = (days: number) => {
    gate.now += days * DAY;
  };
  const get = (name: string, { filename }: Distribution) => gate.get(`/files/${name}/${filename}`);
  async function assertLate(name: string, dist: Distribution, why: RegExp) {
    const answer = await get(name, dist);
    assert.equal(answer.status, 403, dist.filename);
    assert.match(answer.phrase, why);
    assert.match(answer.phrase, /\(late-file\)/);
  }
  async function assertServed(name: string, ...dists: readonly Distribution[]) {
    for (const dist of dists) assert.equal((await get(name, dist)).status, 200, dist.filename);
  }

  it('is refused by when it was first listed, where the index states no upload times, also after a restart', async () => {
    const { name, wheel, sdist, joins, next } = release();
    await list(name, [wheel, null]);
    pass(2);
    await list(name, [wheel, null], [sdist, null]);
    pass(30);
    await list(name, [wheel, null], [sdist, null], [joins, null], [next, null]);
    for (const time of ['first', 'second']) {
      await assertLate(
        name,
        joins,
        /first listed 2026-12-03 00:00 UTC \(the index provides no upload time\), 32 days after/,
      );
      await assertServed(name, wheel, sdist, next);
      if (time === 'first') await gate.restart();
    }
  });

  it('is refused after the page is evicted from the cache, and after its release was removed meanwhile', async () => {
    const { name, wheel, joins, next } = release();
    await list(name, [wheel, null], [next, null]);
    pass(10);
    await list(name, [next, null]);
    pass(10);
    await gate.restart();
    await list(name, [joins, null], [next, null]);
    await assertLate(name, joins, /20 days after the first file of its release/);
    await assertServed(name, next);
  });

  it('is refused where its stated upload time is false, by what the page listed then', async () => {
    const { name, wheel, sdist, joins, next } = release();
    const began = gate.now - DAY;
    await list(name, [wheel, began]);
    pass(1);
    await list(name, [wheel, began], [sdist, gate.now - 1]);
    pass(30);
    await list(
      name,
      ...([
        [wheel, began],
        [sdist, began + 2 * DAY - 1],
        [joins, began],
        [next, began],
      ] as const),
    );
    await assertLate(name, joins, /first listed .* \(its upload time is false: /);
    // A new release whose time is false is not late: all of it is new.
    await assertServed(name, wheel, sdist, next);
  });

  it('does not make the honest files late with a false early time, in a release that is listed for the first time', async () => {
    for (const forged of [Date.UTC(1980, 0, 1), gate.now - 20 * DAY]) {
      const { name, wheel, sdist, joins, other } = release();
      await list(
        name,
        [wheel, gate.now - DAY],
        [sdist, gate.now - DAY + 1],
        [joins, forged],
        [other, gate.now - 1],
      );
      await assertServed(name, wheel, sdist, joins, other);
      const { reason, verdict, rule } = (await gate.decisions()).at(-1)!;
      assert.deepEqual([verdict, rule], ['warn', 'late-file']);
      assert.match(reason!, /according to that file alone \(late-file\)$/);
    }
  });

  it('does not make the honest files late with a false early time, where the release was listed without it', async () => {
    const { name, wheel, joins, next } = release();
    await list(name, [next, gate.now]);
    pass(1);
    await list(name, [next, gate.now - DAY], [wheel, gate.now - 1]);
    pass(1);
    await list(
      name,
      [next, gate.now - 2 * DAY],
      [wheel, gate.now - DAY - 1],
      [joins, Date.UTC(2001, 0, 1)],
    );
    await assertServed(name, wheel, joins, next);
    assert.equal((await gate.decisions()).at(-1)?.rule, undefined);
  });

  it('is refused by the upload times alone, where two others state that the release is old, or the only other one', async () => {
    for (const witnesses of [1, 2]) {
      const { name, wheel, sdist, joins } = release();
      const began = gate.now - 40 * DAY;
      const files: Put[] = [
        [wheel, began],
        [sdist, began],
      ];
      await list(name, ...files.slice(0, witnesses), [joins, gate.now - DAY]);
      await assertLate(name, joins, /39 days after the first file of its release \(late-file\)/);
      await assertServed(name, wheel, ...(witnesses === 2 ? [sdist] : []));
    }
  });

  it('begins again with another index under the same name', async () => {
    const { name, wheel, joins } = release();
    await list(name, [wheel, null]);
    pass(30);
    gate.configure({
      upstreams: [{ name: 'fake', url: `${gate.upstream.url.replace('127.0.0.1', 'localhost')}` }],
    });
    await gate.restart();
    await list(name, [wheel, null], [joins, null]);
    await assertServed(name, wheel, joins);
  });
});
