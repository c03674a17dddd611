import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkAgainst } from '../../src/cli/check-against.js';
import { createOutput } from '../../src/cli/output.js';
import { letThroughFix } from '../../src/messages/reasons.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { ANY, saying } from '../support/messages.js';
import { Mirror, osv } from '../support/osv-mirror.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 1);
const iso = (time: number) => new Date(time).toISOString();
const COOLDOWN = (fixes: string) =>
  `rules: { cooldown: { action: block, age: 3d, security-fixes: ${fixes} } }`;

describe('a young release that an advisory names as its fix', () => {
  const mirror = new Mirror();
  let gate: TestGate;
  const versions = ['1.0', '1.1', '1.2'].map((version) => buildWheel({ name: 'demo', version }));
  const [old, fixed, other] = versions.map(({ filename }) => filename) as [string, string, string];

  before(async () => {
    mirror.put(osv('MAL-2026-7', 'evil', { versions: ['6.6.6'] }), '2026-10-01T00:00:00Z');
    mirror.put(
      osv(
        'PYSEC-2026-1',
        'demo',
        { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.1' }] }] },
        { published: iso(NOW - DAY) },
      ),
      '2026-10-02T00:00:00Z',
    );
    await mirror.start();
    gate = await startGate({
      now: NOW,
      policies: { 'own.yaml': COOLDOWN('off') },
      config: { 'feed.url': mirror.url },
    });
    const ages = [90 * DAY, 3 * HOUR, 3 * HOUR];
    gate.upstream.addProject(
      'demo',
      versions.map((dist, index) => ({ dist, uploadTime: iso(NOW - ages[index]!) })),
    );
    await gate.gate.feed!.sync();
  });
  after(async () => {
    await gate.close();
    mirror.stop();
  });

  const statuses = () =>
    Promise.all(
      [old, fixed, other].map(async (file) => (await gate.get(`/files/demo/${file}`)).status),
    );
  /** Of the files on the page, which are not yanked. */
  const offered = async () => {
    const accept = 'application/vnd.pypi.simple.v1+json';
    const { files } = (await gate.get('/simple/demo/', { accept })).json();
    return files.filter((file: any) => file.yanked === false).map((file: any) => file.filename);
  };

  it('waits where the policy says nothing of fixes, and what would have been let through is told by the log', async () => {
    assert.deepEqual(await statuses(), [200, 403, 403]);
    assert.deepEqual(await offered(), [old]);
    const [record] = (await gate.decisions()).filter(({ version }) => version === '1.1');
    assert.deepEqual(record?.page?.below, [
      ['1.1', iso(NOW - 3 * HOUR)],
      ['1.0', iso(NOW - 90 * DAY)],
    ]);
    const proposed = join(gate.folder, 'proposed');
    await mkdir(proposed);
    await writeFile(join(proposed, 'policy.yaml'), COOLDOWN('allow'));
    let said = '';
    const collect = { write: (text: string) => (said += text) };
    const out = createOutput(collect, collect, {});
    assert.equal(await checkAgainst(proposed, join(gate.folder, 'data'), false, out), 1);
    assert.match(
      said,
      saying(`demo-1.1-${ANY}refused, would be allowed\n${ANY}${letThroughFix('PYSEC-2026-1')}`),
    );
    assert.doesNotMatch(said, /demo-1\.2/);
  });

  it('is on the page and goes out where fixes are allowed, with the advisory as the reason', async () => {
    await gate.writePolicy('own.yaml', COOLDOWN('allow'));
    assert.deepEqual(await offered(), [old, fixed]);
    assert.deepEqual(await statuses(), [200, 200, 403]);
    const record = (await gate.decisions()).findLast(({ version }) => version === '1.1');
    assert.deepEqual([record?.verdict, record?.rule], ['allow', 'cooldown']);
    assert.match(record?.reason ?? '', saying(`; ${letThroughFix('PYSEC-2026-1')} (cooldown)`));
    const { files } = (await gate.get('/api/v1/explain?project=demo')).json();
    const explained = files.find((file: any) => file.filename === fixed);
    assert.deepEqual([explained.verdict, explained.lifted], ['allow', true]);
    const why = (await gate.get(`/projects/demo/files/${fixed}`)).body.toString();
    assert.match(why, saying(letThroughFix('PYSEC-2026-1')));
    // The rule that lets it through is in the sentence, and does not warn as well.
    assert.doesNotMatch(why, /Other rules/);
    const said = (await gate.get(`/api/v1/projects/demo/files/${fixed}`)).json();
    assert.deepEqual([said.verdict, said.rule, said.also], ['allow', 'cooldown', []]);
  });

  it('waits where it may have joined an old release: one of another spelling, label or kind, or one without a time', async () => {
    const file = (version: string, tags = 'py3-none-any') =>
      buildWheel({ name: 'joined', version, tags });
    for (const [at, fixed] of ['1.1', '1.1rc1'].entries())
      mirror.put(
        osv(
          `PYSEC-2026-1${at}`,
          'joined',
          { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
          { published: iso(gate.now - DAY) },
        ),
        `2026-10-02T00:00:0${at + 1}Z`,
      );
    await gate.gate.feed!.sync();
    const put = async (fixed: string, beside: Distribution, age: number | null) => {
      const young = file(fixed, 'py311-none-any');
      gate.upstream.addProject('joined', [
        { dist: file('1.0'), uploadTime: iso(gate.now - 90 * DAY) },
        { dist: beside, uploadTime: age === null ? null : iso(gate.now - age) },
        { dist: young, uploadTime: iso(gate.now - 3 * HOUR) },
      ]);
      gate.now += HOUR;
      return (await gate.get(`/files/joined/${young.filename}`)).status;
    };
    for (const [fixed, beside] of [
      ['1.1', file('1.1')],
      ['1.1', file('1.1.0')],
      ['1.1', file('1.1+old')],
      ['1.1rc1', file('1.1rc1')],
    ] as const) {
      const { filename } = beside;
      assert.equal(await put(fixed, beside, 60 * DAY), 403, `${filename}, old`);
      assert.equal(await put(fixed, beside, null), 403, `${filename}, without a time`);
      assert.equal(await put(fixed, beside, 3 * HOUR), 200, `${filename}, young`);
    }
  });

  it('waits again once its advisory is withdrawn', async () => {
    mirror.put(osv('PYSEC-2026-1', 'demo', {}, { withdrawn: iso(NOW) }), '2026-10-03T00:00:00Z');
    await gate.gate.feed!.sync();
    assert.deepEqual(await offered(), [old]);
    assert.deepEqual(await statuses(), [200, 403, 403]);
  });
});
