import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

describe('a wheel whose sidecar was asked for', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({ config: { prefetch: 'on' } });
  });
  after(() => gate.close());

  /** Lists a wheel. @param extra what its entry says besides */
  function list(
    name: string,
    extra: Readonly<Record<string, unknown>> = {},
    dist: Distribution = buildWheel({ name }),
  ) {
    gate.upstream.addProject(name, [{ dist, extra }]);
    return {
      dist,
      path: `/files/${name}/${dist.filename}`,
      place: packagePath(name, dist.filename),
    };
  }

  async function resolveBy(path: string): Promise<void> {
    assert.equal((await gate.get(`${path}.metadata`)).status, 200);
  }

  async function fetched(place: string): Promise<void> {
    while (gate.upstream.requests(place) === 0) await gate.get('/healthz');
  }

  it('is fetched while the client resolves, and not again when it is asked for', async () => {
    const { dist, path, place } = list('ahead');
    await resolveBy(path);
    await fetched(place);
    assert.ok((await gate.get(path)).body.equals(dist.bytes));
    assert.equal(gate.upstream.requests(place), 1);
  });

  it('is yanked before it is asked for, where it is refused for what it holds', async () => {
    const files = { 'hooked.pth': 'import os\n' };
    const hooked = list('hooked', {}, buildWheel({ name: 'hooked', files }));
    gate.upstream.addProject('hooked', [
      hooked.dist,
      buildWheel({ name: 'hooked', version: '0.9' }),
    ]);
    // It is not here before the sidecar is answered: a refused wheel has none.
    gate.upstream.fault(hooked.place, { kind: 'stall', after: 10 });
    await resolveBy(hooked.path);
    const page = async () => (await gate.get('/simple/hooked/')).body.toString();
    while (!(await page()).includes('data-yanked')) gate.upstream.release();
    assert.equal((await gate.get(hooked.path)).status, 403);
    assert.equal(gate.upstream.requests(hooked.place), 1);
    assert.deepEqual(
      (await gate.decisions()).filter(
        ({ filename, verdict }) => filename === hooked.dist.filename && verdict === 'allow',
      ),
      [],
      'no downloads',
    );
  });

  for (const [what, extra] of [
    ['large', { size: 2 ** 25 + 1 }],
    ['of a size that nobody declares', { size: undefined }],
  ] as const)
    it(`is left to whoever asks for it where it is ${what}`, async () => {
      const name = `left${extra.size}`;
      const { path, place } = list(name, extra);
      const later = list(`later${extra.size}`);
      await resolveBy(path);
      await resolveBy(later.path);
      await fetched(later.place);
      assert.equal(gate.upstream.requests(place), 0);
      // It counts among those that are on their way until it is here.
      assert.equal((await gate.get(later.path)).status, 200);
    });

  it('is left to whoever asks for it where four are on their way, which hold up nobody', async () => {
    const many = Array.from({ length: 6 }, (_, index) => list(`many${index}`));
    for (const { place } of many) gate.upstream.fault(place, { kind: 'stall', after: 10 });
    for (const { path } of many) await resolveBy(path);
    for (const { place } of many.slice(0, 4)) await fetched(place);
    for (const { place } of many.slice(4)) assert.equal(gate.upstream.requests(place), 0);
    for (const { place } of many) gate.upstream.fault(place, undefined);
    const { dist, path } = many[5]!;
    assert.ok((await gate.get(path)).body.equals(dist.bytes));
    gate.upstream.release();
  });

  it('is fetched for nobody else where the setting is off', async () => {
    gate.configure({ prefetch: 'off' });
    await gate.restart();
    const { path, place } = list('off');
    await resolveBy(path);
    gate.configure({ prefetch: 'on' });
    await gate.restart();
    assert.equal(gate.upstream.requests(place), 0);
  });
});
