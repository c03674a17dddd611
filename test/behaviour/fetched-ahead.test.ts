import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { yankedText } from '../../src/messages/refusals.js';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { until } from '../support/until.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const HOUR = 3_600_000;

interface Options {
  /** What the entries of the second release say besides. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Whether a client has fetched the first. */
  readonly isFetched?: boolean;
}

describe('a new release of what clients have fetched before', () => {
  let gate: TestGate;
  let count = 0;
  before(async () => {
    gate = await startGate({ config: { 'probe.action': 'off', 'probe.ahead': 'on' } });
  });
  after(() => gate.close());

  const requestsOf = (dist: Distribution) =>
    gate.upstream.requests(packagePath(dist.filename.split('-')[0]!, dist.filename));
  const ended = async () =>
    (await gate.metric('wheelgate_ahead_fetches_total{')).reduce(
      (sum, line) => sum + Number(line.split(' ').at(-1)),
      0,
    );
  const page = async (name: string) => (await gate.get(`/simple/${name}/`)).body.toString();

  /** Has a client fetch the first release, lists the second, and has a client ask for the page. */
  async function release(
    second: (name: string) => readonly Distribution[],
    { extra = {}, isFetched = true }: Options = {},
  ) {
    count += 1;
    const name = `demo${count}`;
    const first = buildWheel({ name });
    gate.upstream.addProject(name, [first]);
    if (isFetched) assert.equal((await gate.get(`/files/${name}/${first.filename}`)).status, 200);
    const dists = second(name);
    gate.upstream.addProject(name, [...dists.map((dist) => ({ dist, extra })), first]);
    gate.now += HOUR;
    await page(name);
    return { name, first, dists };
  }

  const next = (name: string, files = {}) => buildWheel({ name, version: '2.0', files });

  /** A release that is fetched ahead, after whatever was announced before it. */
  async function laterRelease(): Promise<void> {
    const before = await ended();
    await release((name) => [next(name)]);
    await until(async () => (await ended()) > before);
  }

  it('is fetched and inspected before it is asked for, and only the file that is like the first', async () => {
    const before = await ended();
    const { name, dists } = await release((name) => [
      next(name),
      buildWheel({ name, version: '2.0', tags: 'cp312-cp312-win_amd64' }),
      buildSdist({ name, version: '2.0' }),
    ]);
    await until(async () => (await ended()) > before);
    const [wheel, ...others] = dists;
    assert.deepEqual(dists.map(requestsOf), [1, 0, 0]);
    const answer = await gate.get(`/files/${name}/${wheel!.filename}`);
    assert.ok(answer.body.equals(wheel!.bytes));
    assert.equal(requestsOf(wheel!), 1);
    assert.equal(others.length, 2);
  });

  it('is yanked on the page before it is asked for, where it has a start-up hook', async () => {
    const { name, dists } = await release((name) => [next(name, { 'x.pth': 'import os\n' })]);
    await until(async () => (await page(name)).includes('data-yanked'));
    assert.equal((await gate.get(`/files/${name}/${dists[0]!.filename}`)).status, 403);
    assert.equal(requestsOf(dists[0]!), 1);
  });

  it('is no download that anybody made', async () => {
    const before = await ended();
    const { name } = await release((name) => [next(name)]);
    await until(async () => (await ended()) > before);
    const records = (await gate.decisions()).filter(({ project }) => project === name);
    assert.deepEqual(
      records.map(({ version }) => version),
      ['1.0'],
    );
  });

  it('is left alone where no client has fetched the first', async () => {
    const { dists } = await release((name) => [next(name)], { isFetched: false });
    await laterRelease();
    assert.equal(requestsOf(dists[0]!), 0);
  });

  for (const [what, extra] of [
    ['is large', { size: 2 ** 28 + 1 }],
    ['has a size that nobody declares', { size: undefined }],
  ] as const)
    it(`is left alone where it ${what}`, async () => {
      const { dists } = await release((name) => [next(name)], { extra });
      await laterRelease();
      assert.equal(requestsOf(dists[0]!), 0);
    });

  it('is left alone as long as the cooldown refuses it', async () => {
    await gate.writePolicy('cooldown.yaml', 'rules: { cooldown: { action: block, age: 3d } }');
    const uploaded = { 'upload-time': new Date(gate.now).toISOString() };
    const { name, dists } = await release((name) => [next(name)], { extra: uploaded });
    await laterRelease();
    assert.equal(requestsOf(dists[0]!), 0);
    gate.now += 72 * HOUR;
    await page(name);
    await until(() => requestsOf(dists[0]!) === 1);
    await gate.writePolicy('cooldown.yaml', 'deny: []');
  });

  it('is not asked for at each page where the upstream fails', async () => {
    const failed = async () =>
      (await gate.metric('wheelgate_ahead_fetches_total{result="failed"}'))[0];
    const before = await failed();
    count += 1;
    const name = `demo${count}`;
    const [first, second] = [buildWheel({ name }), next(name)];
    gate.upstream.addProject(name, [first]);
    await gate.get(`/files/${name}/${first.filename}`);
    gate.upstream.addProject(name, [second, first]);
    gate.upstream.fault(packagePath(name, second.filename), { kind: 'status', status: 404 });
    gate.now += HOUR;
    await page(name);
    await until(async () => (await failed()) !== before);
    const judgeAnew = async (reason: string) => {
      await gate.writePolicy('other.yaml', `deny: [{ project: other, reason: ${reason} }]`);
      await page(name);
    };
    await judgeAnew('first');
    assert.equal(requestsOf(second), 1);
    gate.now += HOUR + 1;
    await judgeAnew('second');
    await until(() => requestsOf(second) === 2);
    await laterRelease();
    assert.equal(requestsOf(second), 2);
  });
});

describe('with `probe.ahead: off` a new release', () => {
  it('is fetched when it is asked for', async () => {
    const gate = await startGate({ config: { 'probe.action': 'off', 'probe.ahead': 'off' } });
    try {
      const name = 'demo';
      const [first, second] = [buildWheel({ name }), buildWheel({ name, version: '2.0' })];
      gate.upstream.addProject(name, [first]);
      await gate.get(`/files/${name}/${first.filename}`);
      gate.upstream.addProject(name, [second, first]);
      gate.now += HOUR;
      await gate.get(`/simple/${name}/`);
      assert.deepEqual(await gate.metric('wheelgate_ahead_fetches_total{'), []);
      assert.equal((await gate.get(`/files/${name}/${second.filename}`)).status, 200);
    } finally {
      await gate.close();
    }
  });
});

describe('a stop', () => {
  it('does not wait for what is fetched ahead', async () => {
    const gate = await startGate({
      config: { 'probe.ahead': 'on', 'server.shutdown-grace': '10m' },
    });
    const [first, second] = [
      buildWheel({ name: 'demo' }),
      buildWheel({ name: 'demo', version: '2.0' }),
    ];
    gate.upstream.addProject('demo', [first]);
    await gate.get(`/files/demo/${first.filename}`);
    gate.upstream.addProject('demo', [second, first]);
    const place = packagePath('demo', second.filename);
    gate.upstream.fault(place, { kind: 'stall', after: 10 });
    gate.now += HOUR;
    await gate.get('/simple/demo/');
    await until(() => gate.upstream.requests(place) === 1);
    await gate.gate.close();
    await gate.upstream.close();
  });
});

describe('a new file that a probe cannot read whole', () => {
  const HOOKED = { 'z.pth': `import os\n#${'a'.repeat(2 ** 20)}\n` };

  it('is fetched and inspected in full, so that the page is right soon', async () => {
    const gate = await startGate({
      config: { 'probe.action': 'on', 'probe.wait': '20s', 'probe.ahead': 'on' },
    });
    try {
      const [good, bad] = [
        buildWheel({ name: 'demo' }),
        buildWheel({ name: 'demo', version: '2.0', files: HOOKED }),
      ];
      gate.upstream.addProject('demo', [
        { dist: good, uploadTime: null },
        { dist: bad, uploadTime: null },
      ]);
      const page = async () => (await gate.get('/simple/demo/')).body.toString();
      await page();
      await until(async () => (await page()).includes(yankedText('')));
      assert.deepEqual(await gate.metric('wheelgate_probes_total{result="unreadable"'), [
        'wheelgate_probes_total{result="unreadable"} 1',
      ]);
    } finally {
      await gate.close();
    }
  });
});
