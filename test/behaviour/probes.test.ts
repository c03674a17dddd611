import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { hookLine, yankedText } from '../../src/messages/refusals.js';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { type Fault, type Listing, packagePath } from '../support/fake-upstream.js';
import { ANY, saying, sayingOnly } from '../support/messages.js';
import { startGate, type TestGate, type TestGateOptions } from '../support/wheelgate.js';

const NOW = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;
const YESTERDAY = new Date(NOW - DAY).toISOString();
/** Long enough for any probe. */
const PATIENT = { 'probe.action': 'on', 'probe.wait': '20s' };

/** Longer, packed, than the end of a file that is asked for first. */
const LONG = randomBytes(100_000).toString('hex');

const hook = { 'elementary.pth': 'import os\n' };

function wheel(name: string, version: string, files?: Record<string, string>): Distribution {
  const own = { [`${name}/__init__.py`]: '' };
  return buildWheel({ name, version, files: { ...own, ...files } });
}

function young(dist: Distribution, more: Partial<Listing> = {}): Listing {
  return { dist, uploadTime: YESTERDAY, ...more };
}

describe('a project page with new files', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({ now: NOW, config: PATIENT });
  });
  after(() => gate.close());
  afterEach(() => {
    gate.upstream.noParts = false;
  });

  /** What a page says of each file. */
  async function yankedOn(
    project: string,
    at: TestGate = gate,
  ): Promise<Record<string, boolean | string>> {
    const page = await at.get(`/simple/${project}/`, {
      accept: 'application/vnd.pypi.simple.v1+json',
    });
    assert.equal(page.status, 200);
    const files = page.json().files as { filename: string; yanked: boolean | string }[];
    return Object.fromEntries(files.map(({ filename, yanked }) => [filename, yanked]));
  }

  async function results(): Promise<Record<string, number>> {
    const lines = await gate.metric('wheelgate_probes_total');
    const counts = lines.map((line) => /result="([^"]+)"} (\d+)/.exec(line)!.slice(1));
    return Object.fromEntries(counts.map(([result, count]) => [result, Number(count)]));
  }

  const requests = (name: string, dist: Distribution) =>
    gate.upstream.requests(packagePath(name, dist.filename));

  it('yanks the newest from the first request on where it has a start-up hook', async () => {
    const good = wheel('first', '1.0.0');
    const bad = wheel('first', '1.0.1', hook);
    gate.upstream.addProject('first', [young(good), young(bad)]);
    const yanked = await yankedOn('first');
    assert.equal(yanked[good.filename], false);
    assert.match(
      String(yanked[bad.filename]),
      sayingOnly(yankedText(`${hookLine(1, 'elementary.pth', ANY)} (startup-hook)`)),
    );
    const html = (await gate.get('/simple/first/')).body.toString();
    assert.match(html, saying(`1.0.1${ANY} data-yanked="${yankedText(ANY)}`));
    assert.equal(requests('first', bad), 1, 'one request was enough for it');
  });

  it('lists the newest where it has none, and asks for it once', async () => {
    const good = wheel('honest', '1.0.1');
    gate.upstream.addProject('honest', [young(good)]);
    const before = await results();
    assert.deepEqual(await yankedOn('honest'), { [good.filename]: false });
    assert.equal((await results()).clean, before.clean! + 1);
    gate.now += 10 * 60_000;
    assert.deepEqual(await yankedOn('honest'), { [good.filename]: false });
    assert.equal(requests('honest', good), 1);
  });

  it('reads a part of the file only, and counts it', async () => {
    const big = wheel('big', '1.0', { 'big/data.bin': noise(600_000), ...hook });
    gate.upstream.addProject('big', [young(wheel('big', '0.9')), young(big)]);
    const read = async () =>
      Number((await gate.metric('wheelgate_probe_bytes_total'))[0]!.split(' ')[1]);
    const before = await read();
    assert.match(String((await yankedOn('big'))[big.filename]), /startup-hook/);
    const bytes = (await read()) - before;
    assert.ok(bytes > 0 && bytes < big.bytes.length / 2, `${bytes} bytes`);
  });

  /** A good release, and a bad one after it. */
  function list(name: string, more: Partial<Listing> = {}, files: Record<string, string> = {}) {
    const good = wheel(name, '1.0.0');
    const bad = wheel(name, '1.0.1', { ...hook, ...files });
    gate.upstream.addProject(name, [young(good), young(bad, more)]);
    return {
      good,
      bad,
      place: packagePath(name, bad.filename),
      file: `/files/${name}/${bad.filename}`,
    };
  }

  it('offers no sidecar of a file that it refuses, and does without sidecars', async () => {
    const { bad } = list('sided');
    const bare = ({ metadata: _, ...dist }: Distribution): Distribution => dist;
    const plain = bare(wheel('plain', '1.0.1', hook));
    gate.upstream.addProject('plain', [young(bare(wheel('plain', '1.0.0'))), young(plain)]);
    const page = await gate.get('/simple/sided/', {
      accept: 'application/vnd.pypi.simple.v1+json',
    });
    const file = page.json().files.find(({ filename }: Distribution) => filename === bad.filename);
    assert.equal(file['core-metadata'], false);
    assert.match(String((await yankedOn('plain'))[plain.filename]), /startup-hook/);
  });

  it('shows an sdist as refused whose wheel a probe refuses', async () => {
    const bad = wheel('sourced', '1.1', hook);
    const sdist = buildSdist({ name: 'sourced', version: '1.1' });
    gate.upstream.addProject('sourced', [young(wheel('sourced', '1.0')), young(bad), young(sdist)]);
    assert.match(String((await yankedOn('sourced'))[sdist.filename]), /its wheel .* is refused/);
  });

  it('goes on to older releases where the newest are refused', async () => {
    const bad = ['2.0', '2.1', '2.2'].map((version) => wheel('streak', version, hook));
    const good = wheel('streak', '1.9');
    gate.upstream.addProject('streak', [young(good), ...bad.map((dist) => young(dist))]);
    const yanked = await yankedOn('streak');
    for (const { filename } of bad) assert.match(String(yanked[filename]), /startup-hook/);
    assert.equal(yanked[good.filename], false);
  });

  it('probes pre-releases where they are the newest, and leaves old ones alone', async () => {
    const old = wheel('early', '1.0rc1', hook);
    const final = wheel('early', '1.0');
    const next = wheel('early', '1.1rc1', hook);
    gate.upstream.addProject('early', [young(old), young(final), young(next)]);
    assert.match(String((await yankedOn('early'))[next.filename]), /startup-hook/);
    assert.equal(requests('early', old), 0);
  });

  for (const [what, more] of [
    ['was uploaded long ago', { uploadTime: new Date(NOW - 31 * DAY).toISOString() }],
    ['is yanked by its index', { yanked: true }],
    ['has no declared sha256', { sha256: null }],
  ] as const)
    it(`is not delayed by a file that ${what}: nothing of it is requested`, async () => {
      const { place } = list(`left${what.length}`, more);
      await yankedOn(`left${what.length}`);
      assert.equal(gate.upstream.requests(place), 0);
    });

  it('takes an unknown upload time for a recent one', async () => {
    const { bad } = list('timeless', { uploadTime: null });
    assert.match(String((await yankedOn('timeless'))[bad.filename]), /startup-hook/);
  });

  it('asks for nothing of a file that is too short to be a wheel', async () => {
    const good = wheel('short', '1.0.0');
    const empty: Distribution = { ...wheel('short', '1.0.1'), bytes: Buffer.alloc(0) };
    gate.upstream.addProject('short', [young(good), young(empty, { extra: { size: 0 } })]);
    await yankedOn('short');
    assert.equal(requests('short', empty), 0);
    assert.equal(requests('short', good), 1);
  });

  it('is as ever where the server gives no parts of files, which is asked once an hour', async () => {
    gate.upstream.noParts = true;
    // That it gave a part before is past.
    gate.now += 3_600_001;
    const before = await results();
    const { bad, place } = list('whole', {}, { 'whole/data': LONG });
    assert.equal((await yankedOn('whole'))[bad.filename], false);
    assert.ok((await results())['no-range']! > before['no-range']!);
    const others = ['whole2', 'whole3', 'whole4'].map((name) => ({
      name,
      ...list(name, {}, { [`${name}/data`]: LONG }),
    }));
    for (const { name } of others) await yankedOn(name);
    assert.equal(gate.upstream.requests(place), 1);
    assert.deepEqual(
      others.map((other) => gate.upstream.requests(other.place)),
      [1, 1, 0],
      'after three projects, nor for any other file of the server',
    );
    gate.upstream.noParts = false;
    gate.now += 3_600_001;
    assert.match(String((await yankedOn('whole'))[bad.filename]), /startup-hook/);
  });

  const FAULTS: Readonly<Record<string, Fault>> = {
    'answers with an error': { kind: 'status', status: 500 },
    'closes the connection': { kind: 'drop' },
    'gives parts of what is no zip file': { kind: 'other-parts', bytes: Buffer.alloc(2_000, 'no') },
    'leads to another host': { kind: 'redirect', to: 'http://127.0.0.2:1/file.whl' },
  };
  for (const [what, fault] of Object.entries(FAULTS))
    it(`is as ever where the server ${what}, and is asked again after an hour`, async () => {
      const name = `fault${Object.keys(FAULTS).indexOf(what)}`;
      const { bad, place } = list(name);
      gate.upstream.fault(place, fault);
      assert.equal((await yankedOn(name))[bad.filename], false);
      const asked = gate.upstream.requests(place);
      gate.now += 120_000;
      await yankedOn(name);
      assert.equal(gate.upstream.requests(place), asked);
      gate.upstream.fault(place, undefined);
      gate.now += 3_600_001;
      assert.match(String((await yankedOn(name))[bad.filename]), /startup-hook/);
    });

  it('may be too strict where a server lies to probes, until the file itself is requested', async () => {
    const good = wheel('maligned', '1.0.1');
    const lie = buildWheel({ name: 'maligned', version: '1.0.1', files: hook }).bytes;
    gate.upstream.addProject('maligned', [
      young(wheel('maligned', '1.0.0')),
      { ...young(good), extra: { size: undefined } },
    ]);
    gate.upstream.fault(packagePath('maligned', good.filename), {
      kind: 'other-parts',
      bytes: lie,
    });
    assert.match(String((await yankedOn('maligned'))[good.filename]), /startup-hook/);
    const file = await gate.get(`/files/maligned/${good.filename}`);
    assert.equal(file.status, 200);
    assert.ok(file.body.equals(good.bytes));
    gate.now += 120_000;
    assert.equal((await yankedOn('maligned'))[good.filename], false);
  });

  it('is as ever where a server shows probes a clean file: the download is refused', async () => {
    const { bad, place, file } = list('shown', { extra: { size: undefined } });
    const clean = wheel('shown', '1.0.1').bytes;
    gate.upstream.fault(place, { kind: 'other-parts', bytes: clean });
    assert.equal((await yankedOn('shown'))[bad.filename], false);
    assert.equal((await gate.get(file)).status, 403);
    assert.match(String((await yankedOn('shown'))[bad.filename]), /startup-hook/);
  });

  it('does not decide on a request for the file, which is inspected in full', async () => {
    const { bad, file } = list('asked');
    await yankedOn('asked');
    const sidecar = await gate.get(`${file}.metadata`);
    assert.equal(sidecar.status, 200, 'a sidecar is judged as before');
    assert.equal((await gate.get(file)).status, 403);
    const [said] = (await gate.decisions()).filter(
      ({ filename, method }) => filename === bad.filename && method === 'GET',
    );
    assert.equal(said?.probe, undefined);
  });

  it('records once that a file is refused for what a probe saw, which is no download', async () => {
    const { bad } = list('noted');
    const refused = async () => (await gate.metric('wheelgate_blocked_downloads_total')).join();
    const before = await refused();
    await yankedOn('noted');
    gate.now += 120_000;
    await yankedOn('noted');
    const records = (await gate.decisions()).filter(({ project }) => project === 'noted');
    assert.equal(records.length, 1);
    const { method, verdict, rule, filename, client, probe, sha256, bytes } = records[0]!;
    assert.deepEqual(
      { method, verdict, rule, filename, client, probe, sha256, bytes },
      {
        method: 'PROBE',
        verdict: 'block',
        rule: 'startup-hook',
        filename: bad.filename,
        client: '',
        probe: true,
        sha256: bad.sha256,
        bytes: 0,
      },
    );
    assert.equal(await refused(), before);
    const exposed = await gate.get('/api/v1/exposure?project=noted&refused=1');
    assert.deepEqual(exposed.json().requests, []);
  });

  it('is a refusal before the first request, in no count and of no user, on each page; a request is counted', async () => {
    const dashboard = { 'dashboard.identities': 'shown' };
    const other = await startGate({ now: NOW, config: { ...PATIENT, ...dashboard } });
    try {
      const bad = wheel('unasked', '1.0.1', hook);
      other.upstream.addProject('unasked', [young(wheel('unasked', '1.0.0')), young(bad)]);
      assert.match(String((await yankedOn('unasked', other))[bad.filename]), /startup-hook/);
      const asked = async () => {
        const overview = (await other.get('/api/v1/overview')).json();
        const [group] = (await other.get('/api/v1/refusals')).json().items;
        const { refused, users, moreUsers, ahead } = group;
        const { groups, unresolved, totals } = overview;
        return {
          totals: totals.refused,
          most: groups.length,
          unresolved: unresolved.length,
          group: [refused, users.length + moreUsers, ahead],
        };
      };
      const text = async (path: string) => (await other.get(path)).body.toString();
      assert.deepEqual(await asked(), { totals: 0, most: 0, unresolved: 0, group: [0, 0, 1] });
      const { newest } = (await other.get('/api/v1/overview')).json();
      const why = `/projects/unasked/files/${bad.filename}`;
      for (const path of ['/', '/refusals', '/live', `/refusals/${newest[0].id}`])
        assert.match(await text(path), /refused before the first request/i, path);
      assert.equal((await other.get(`/api/v1${why}`)).json().history.spans[0].requests, 0);
      assert.doesNotMatch(await text('/'), /✖ refused/);

      assert.equal((await other.get(`/files/unasked/${bad.filename}`)).status, 403);
      const { unresolved: _, ...then } = await asked();
      assert.deepEqual(then, { totals: 1, most: 1, group: [1, 1, 1] });
      assert.match(await text('/'), /✖ refused/);
      assert.equal((await other.get(`/api/v1${why}`)).json().history.spans[0].requests, 1);
    } finally {
      await other.close();
    }
  });

  it('is explained: explain and the page of the file say that only a probe has seen it', async () => {
    const { bad } = list('said');
    await yankedOn('said');
    const { files } = (await gate.get('/api/v1/explain?project=said')).json();
    const file = files.find(({ filename }: Distribution) => filename === bad.filename);
    assert.deepEqual(
      [file.verdict, file.probe, file.inspected, file.findings],
      ['block', true, false, []],
    );
    const why = (await gate.get(`/api/v1/projects/said/files/${bad.filename}`)).json();
    assert.equal(why.probe, true);
    assert.equal(why.inspected, false);
    assert.equal(why.findings[0].code, 'pth-executable');
    assert.match(why.advice.waiver, /startup-hook/);
    const html = (await gate.get(`/projects/said/files/${bad.filename}`)).body.toString();
    assert.match(html, /From a probe/);
    assert.match((await gate.get('/projects/said')).body.toString(), /seen by a probe only/);
    await gate.get(`/files/said/${bad.filename}`);
    const after = (await gate.get(`/api/v1/projects/said/files/${bad.filename}`)).json();
    assert.deepEqual([after.probe, after.inspected], [false, true]);
  });

  it('is no advisory: the OSV endpoint does not name a release that only a probe has seen', async () => {
    list('unnamed');
    await yankedOn('unnamed');
    const question = { package: { ecosystem: 'PyPI', name: 'unnamed' }, version: '1.0.1' };
    const answer = await fetch(`${gate.url}/v1/query`, {
      method: 'POST',
      body: JSON.stringify(question),
    });
    assert.deepEqual(await answer.json(), {});
  });

  it('knows after a restart what a probe has seen, and asks nobody', async () => {
    const { bad, place } = list('kept');
    await yankedOn('kept');
    const asked = gate.upstream.requests(place);
    await gate.restart();
    assert.match(String((await yankedOn('kept'))[bad.filename]), /startup-hook/);
    assert.equal(gate.upstream.requests(place), asked);
  });

  it("is not requested for a sidecar of a private index, whose names are no other index's business", async () => {
    const needy = buildWheel({ name: 'acme-needy', requires: ['internal-billing>=1'] });
    const own = await startGate({
      now: NOW,
      config: PATIENT,
      withUpstream: (url) => ({
        upstreams: [
          { name: 'private', url, public: false, claims: ['acme-*'] },
          { name: 'public', url, public: true },
        ],
      }),
    });
    try {
      own.upstream.addProject('acme-needy', [needy]);
      own.upstream.addProject('needy', [buildWheel({ name: 'needy', requires: ['wanted>=1'] })]);
      for (const name of ['internal-billing', 'wanted']) own.upstream.addProject(name, []);
      await own.get(`/files/acme-needy/${needy.filename}.metadata`);
      await own.get('/files/needy/needy-1.0-py3-none-any.whl.metadata');
      while (own.upstream.requests('/simple/wanted/') === 0) await own.get('/healthz');
      assert.equal(own.upstream.requests('/simple/internal-billing/'), 0);
    } finally {
      await own.close();
    }
  });

  it('takes a policy edit at once: a waiver, and dry-run', async () => {
    const { bad } = list('waived');
    await yankedOn('waived');
    await gate.writePolicy(
      'waive.yaml',
      'waivers: [{ rule: startup-hook, project: waived, versions: "==1.0.1", reason: ok, owner: me, expires: 2026-11-20 }]',
    );
    assert.equal((await yankedOn('waived'))[bad.filename], false);
    const { bad: other } = list('tried');
    await gate.writePolicy('waive.yaml', 'mode: dry-run');
    assert.equal((await yankedOn('tried'))[other.filename], false);
    const record = (await gate.decisions()).find(({ project }) => project === 'tried');
    assert.deepEqual([record?.wouldBlock, record?.probe], [true, true]);
    await gate.writePolicy('waive.yaml', 'deny: []');
    assert.match(String((await yankedOn('tried'))[other.filename]), /startup-hook/);
  });

  it('shows a file as refused for a start-up file in it that is denied by its digest', async () => {
    const content = '# demo\n';
    const sha256 = createHash('sha256').update(content).digest('hex');
    const bad = wheel('denied', '1.0.1', { 'denied.pth': content });
    gate.upstream.addProject('denied', [young(wheel('denied', '1.0.0')), young(bad)]);
    assert.equal((await yankedOn('denied'))[bad.filename], false);
    await gate.writePolicy('deny.yaml', `deny: [{ sha256: ${sha256}, reason: known }]`);
    assert.match(String((await yankedOn('denied'))[bad.filename]), /denied by its sha256/);
    await gate.writePolicy('deny.yaml', 'deny: []');
  });

  it('is prepared, and probed, as soon as a client gets a sidecar that requires its project', async () => {
    const { bad, place } = list('wanted');
    const needy = buildWheel({
      name: 'needy',
      requires: ['wanted>=1', 'left-out; sys_platform == "win32"', 'more-left-out; extra == "x"'],
    });
    gate.upstream.addProject('needy', [needy]);
    for (const name of ['left-out', 'more-left-out']) gate.upstream.addProject(name, []);
    await gate.get(`/files/needy/${needy.filename}.metadata`);
    while (gate.upstream.requests(place) === 0) await gate.get('/healthz');
    assert.match(String((await yankedOn('wanted'))[bad.filename]), /startup-hook/);
    assert.equal(gate.upstream.requests('/simple/wanted/'), 1);
    for (const name of ['left-out', 'more-left-out'])
      assert.equal(gate.upstream.requests(`/simple/${name}/`), 0);
  });

  describe('and other settings', () => {
    async function withGate(options: TestGateOptions, use: (other: TestGate) => Promise<void>) {
      const other = await startGate({ now: NOW, ...options });
      try {
        await use(other);
      } finally {
        await other.close();
      }
    }
    const good = wheel('demo', '1.0.0');
    const bad = wheel('demo', '1.0.1', hook);
    const place = packagePath('demo', bad.filename);

    it('goes out without waiting any longer, and says from the next request on what came late', () =>
      withGate({ config: { ...PATIENT, 'probe.wait': '1ms' } }, async (other) => {
        other.upstream.addProject('demo', [young(good), young(bad)]);
        other.upstream.fault(place, { kind: 'silence' }, 1);
        assert.equal((await yankedOn('demo', other))[bad.filename], false);
        // The server breaks that one off: an hour later it answers.
        other.upstream.release();
        while (!(await other.metric('wheelgate_probes_total')).join().includes('"failed"} 1'))
          await other.get('/healthz');
        other.now += 3_600_001;
        while ((await yankedOn('demo', other))[bad.filename] === false) await other.get('/healthz');
      }));

    it('is probed as far as "files" goes', () =>
      withGate({ config: { ...PATIENT, 'probe.files': 1 } }, async (other) => {
        other.upstream.addProject('demo', [young(good), young(bad)]);
        assert.match(String((await yankedOn('demo', other))[bad.filename]), /startup-hook/);
        assert.equal(other.upstream.requests(packagePath('demo', good.filename)), 0);
      }));

    it('is probed as far back as "age" goes', () =>
      withGate({ config: { ...PATIENT, 'probe.age': '1h' } }, async (other) => {
        other.upstream.addProject('demo', [young(bad)]);
        await yankedOn('demo', other);
        assert.equal(other.upstream.requests(place), 0);
      }));

    it('is not probed where the action is off, nor of an upstream that is not inspected', async () => {
      const off = { config: { 'probe.action': 'off' } };
      const trusted = {
        config: PATIENT,
        withUpstream: (url: string) => ({ upstreams: [{ name: 'own', url, inspect: false }] }),
      };
      for (const options of [off, trusted])
        await withGate(options, async (other) => {
          other.upstream.addProject('demo', [young(good), young(bad)]);
          assert.equal((await yankedOn('demo', other))[bad.filename], false);
          assert.equal(other.upstream.requests(place), 0);
        });
    });

    it('is not probed for a file that another rule refuses', () =>
      withGate(
        {
          config: PATIENT,
          policies: { 'cool.yaml': 'rules: { cooldown: { action: block, age: 3d } }' },
        },
        async (other) => {
          const old = new Date(NOW - 5 * DAY).toISOString();
          other.upstream.addProject('demo', [{ dist: good, uploadTime: old }, young(bad)]);
          await yankedOn('demo', other);
          assert.equal(other.upstream.requests(place), 0);
          assert.equal(other.upstream.requests(packagePath('demo', good.filename)), 1);
        },
      ));
  });
});

/** Text that does not shrink, and is the same each time. */
function noise(length: number): string {
  let seed = 1;
  let text = '';
  while (text.length < length) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    text += seed.toString(36);
  }
  return text;
}
