import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FileDecisionLog } from '../../src/decisions/file-log.js';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import type { CutRecord, DecisionRecord } from '../../src/decisions/record.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { type ExposureQuestion, findExposure } from '../../src/exposure/exposure.js';
import { unreadableToItsEnd } from '../../src/messages/decisions.js';
import { csvLine } from '../../src/runtime/csv.js';
import { buildWheel } from '../support/distributions.js';
import { ANY, saying } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const PAYLOAD = 'steal everything\n';
const bad = buildWheel({ name: 'bad', version: '1.1', files: { 'bad/run.py': PAYLOAD } });
const old = buildWheel({ name: 'bad', version: '1.0' });
const good = buildWheel({ name: 'good' });
const PIP = { 'user-agent': 'pip/26.3' };

function basic(user: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:secret`).toString('base64')}` };
}

describe('exposure', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({
      config: { 'trusted-proxies': ['loopback'], 'dashboard.identities': 'shown' },
    });
    gate.upstream.addProject('bad', [old, bad]);
    gate.upstream.addProject('good', [good]);
    const path = `/files/bad/${bad.filename}`;
    await gate.get(path, { ...PIP, ...basic('ci'), 'x-forwarded-for': '10.0.0.7' });
    await gate.get(path, { 'x-forwarded-for': '10.0.0.8', range: 'bytes=0-9' });
    await gate.get(path, { 'x-forwarded-for': '10.0.0.9', 'if-none-match': `"${bad.sha256}"` });
    // Neither gives anything of the artifact away.
    await gate.get(path, { 'x-forwarded-for': '10.0.0.10' }, 'HEAD');
    await gate.get(`${path}.metadata`, { 'x-forwarded-for': '10.0.0.11' });
    await gate.get(`/files/bad/${old.filename}`, PIP);
    await gate.get(`/files/good/${good.filename}`, PIP);
    gate.now += 86_400_000;
    await gate.writePolicy(
      'deny.yaml',
      'deny: [{project: bad, versions: "==1.1", reason: steals}]',
    );
    await gate.get(path, { ...PIP, 'x-forwarded-for': '10.0.0.12' });
  });
  after(() => gate.close());

  const ask = async (query: string) => (await gate.get(`/api/v1/exposure?${query}`)).json();

  it('says who was given a release, when, from where, and how much of it', async () => {
    const { requests, clients, reachesBackTo } = await ask('project=Bad&versions===1.1');
    assert.deepEqual(
      requests.map((one: any) => [one.forwarded, one.user, one.delivery, one.filename]),
      [
        ['10.0.0.7', 'ci', 'whole', bad.filename],
        ['10.0.0.8', undefined, 'part', bad.filename],
        ['10.0.0.9', undefined, 'had', bad.filename],
      ],
    );
    assert.deepEqual(clients, ['ci@10.0.0.7', '10.0.0.8', '10.0.0.9']);
    assert.equal(requests[0].userAgent, 'pip/26.3');
    assert.equal(requests[0].sha256, bad.sha256);
    assert.equal(reachesBackTo, requests[0].time);
  });

  it('finds by project, by digest and since a time', async () => {
    assert.equal((await ask('project=bad')).requests.length, 4);
    assert.equal((await ask(`sha256=${bad.sha256}`)).requests.length, 3);
    assert.equal((await ask(`sha256=${good.sha256}`)).requests.length, 1);
    assert.equal((await ask('project=bad&since=2030-01-01')).requests.length, 0);
    assert.equal((await ask('project=unheard-of')).clients.length, 0);
  });

  it('tells of those who were refused only when asked', async () => {
    const { requests, clients } = await ask('project=bad&versions===1.1&refused=1');
    assert.equal(requests.at(-1).delivery, 'refused');
    assert.equal(requests.at(-1).forwarded, '10.0.0.12');
    assert.ok(!clients.includes('10.0.0.12'));
  });

  it('says what of the log it could not read', async () => {
    const whole = await ask('project=bad');
    assert.deepEqual([whole.incomplete, whole.gaps], [undefined, []]);
    const aside = join(gate.folder, 'data', 'decisions.jsonl-20260401.gz');
    await writeFile(aside, gzipSync('').subarray(0, 10));
    const part = await ask('project=bad');
    assert.deepEqual([part.incomplete, part.gaps.length], [true, 1]);
    assert.match(part.gaps[0], saying(unreadableToItsEnd('decisions.jsonl-20260401.gz', ANY)));
    assert.equal(part.requests.length, whole.requests.length);
    await rm(aside);
  });

  it('refuses questions that it cannot read', async () => {
    for (const query of [
      '',
      'project=!',
      'sha256=12',
      'project=bad&versions=nonsense',
      'project=bad&since=yesterday',
    ])
      assert.equal((await gate.get(`/api/v1/exposure?${query}`)).status, 400, query);
  });
});

describe('an artifact that is denied after it went out', () => {
  let gate: TestGate;
  const path = `/files/bad/${bad.filename}`;
  beforeEach(async () => {
    gate = await startGate();
    gate.upstream.addProject('bad', [old, bad]);
    for (const file of [path, path, `/files/bad/${old.filename}`]) await gate.get(file, PIP);
  });
  afterEach(() => gate.close());

  const told = async () => {
    await gate.gate.exposure.settled();
    const records = (await gate.decisions()) as unknown as { event?: string }[];
    return records.filter((record) => record.event === 'exposed') as any[];
  };

  it('is told of once, in the log and in a metric, with who has it', async () => {
    await gate.writePolicy(
      'deny.yaml',
      'deny: [{project: bad, versions: "==1.1", reason: steals, reference: X-1}]',
    );
    const [exposed, ...more] = await told();
    assert.equal(more.length, 0);
    assert.equal(exposed.filename, bad.filename);
    assert.equal(exposed.downloads, 2);
    assert.deepEqual(exposed.clients, ['127.0.0.1']);
    assert.match(exposed.reason, /steals \(deny\)/);
    assert.deepEqual(await gate.metric('wheelgate_exposed_downloads_total'), [
      'wheelgate_exposed_downloads_total{rule="deny"} 2',
      'wheelgate_exposed_downloads_total{rule="malware-feed"} 0',
    ]);

    await gate.restart();
    await gate.writePolicy('other.yaml', 'deny: [{project: unrelated, reason: x}]');
    assert.equal((await told()).length, 1);
  });

  it('is told of as a part where a client was gone before the last byte', async () => {
    const { request, project, version, filename, sha256, time } = (await gate.decisions())[0]!;
    const cut = { event: 'cut', time, request, project, version, filename, sha256, bytes: 0 };
    await appendFile(join(gate.folder, 'data', 'decisions.jsonl'), `${JSON.stringify(cut)}\n`);
    const { requests } = await (await gate.get('/api/v1/exposure?project=bad')).json();
    assert.deepEqual(
      requests.map(({ delivery }: { delivery: string }) => delivery),
      ['part', 'whole', 'whole'],
    );
    await gate.writePolicy(
      'deny.yaml',
      'deny: [{project: bad, versions: "==1.1", reason: steals}]',
    );
    assert.deepEqual(
      (await told()).map(({ downloads, parts }) => [downloads, parts]),
      [[1, 1]],
    );
  });

  it('is found by the digest of a file in it, too', async () => {
    const sha256 = createHash('sha256').update(PAYLOAD).digest('hex');
    await gate.writePolicy('deny.yaml', `deny: [{sha256: ${sha256}, reason: the payload}]`);
    assert.deepEqual(
      (await told()).map((exposed) => exposed.filename),
      [bad.filename],
    );
  });

  it('is not told of while a waiver lifts the denial, and is when the waiver goes', async () => {
    const denied = 'deny: [{project: bad, versions: "==1.1", reason: steals}]';
    const waiver =
      '{rule: deny, project: bad, versions: "==1.1", reason: r, owner: o, expires: 2026-12-01}';
    await gate.writePolicy('deny.yaml', `${denied}\nwaivers: [${waiver}]`);
    assert.deepEqual(await told(), []);
    await gate.get(path, PIP);
    await gate.writePolicy('deny.yaml', denied);
    assert.deepEqual(
      (await told()).map(({ downloads }) => downloads),
      [3],
    );
  });

  it('is told of again where the denial was lifted and is back, with what went out in between', async () => {
    const denied = 'deny: [{project: bad, versions: "==1.1", reason: steals}]';
    await gate.writePolicy('deny.yaml', denied);
    await told();
    gate.now += 60_000;
    await gate.writePolicy('deny.yaml', 'deny: []');
    await told();
    const first = gate.now;
    await gate.get(path, PIP);
    gate.now += 60_000;
    await gate.writePolicy('deny.yaml', denied);
    const [before, between, ...more] = await told();
    assert.deepEqual([before.downloads, between.downloads, more], [2, 1, []]);
    assert.equal(between.first, new Date(first).toISOString());

    // The clock went back: they are told of all the same.
    await gate.writePolicy('deny.yaml', 'deny: []');
    await told();
    gate.now -= 86_400_000;
    await gate.get(path, PIP);
    await gate.writePolicy('deny.yaml', denied);
    assert.deepEqual(
      (await told()).map(({ downloads }) => downloads),
      [2, 1, 4],
    );
  });

  it('is told of without what cannot be read, with that in a metric, and whole later', async () => {
    const aside = join(gate.folder, 'data', 'decisions.jsonl-20260401');
    let whole = Buffer.alloc(0);
    // While nobody writes to it: a log that is removed as it is written is written again.
    await gate.restart(async () => {
      await rename(join(gate.folder, 'data', 'decisions.jsonl'), aside);
      whole = gzipSync(await readFile(aside));
      await rm(aside);
      await writeFile(`${aside}.gz`, 'no gzip at all');
    });
    await gate.writePolicy(
      'deny.yaml',
      'deny: [{project: bad, versions: "==1.1", reason: steals}]',
    );
    assert.deepEqual(await told(), []);
    assert.deepEqual(await gate.metric('wheelgate_exposure_incomplete'), [
      'wheelgate_exposure_incomplete 1',
    ]);
    await writeFile(`${aside}.gz`, whole);
    await gate.restart();
    // Once it knows its disk, it searches again by itself.
    while ((await told()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await told()).length, 1);
    assert.deepEqual(await gate.metric('wheelgate_exposure_incomplete'), [
      'wheelgate_exposure_incomplete 0',
    ]);
  });

  it('is not told of where the policy accuses nobody', async () => {
    await gate.writePolicy('rules.yaml', 'rules: {sdist: {action: block}}\nallow: [{project: x}]');
    assert.deepEqual(await told(), []);
  });
});

describe('a decision log of several files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-exposure-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const record = (time: string, client: string): DecisionRecord => ({
    time,
    client,
    method: 'GET',
    status: 200,
    upstream: 'pypi',
    project: 'bad',
    version: '1.1',
    filename: bad.filename,
    sha256: bad.sha256,
    bytes: 10,
    complete: true,
    verdict: 'allow',
    revision: 'r',
  });
  const question = { project: 'bad' as ProjectName };

  it('is read whole: put aside, compressed, by whatever rotates it, and torn', async () => {
    const line = (time: string, client: string) => `${JSON.stringify(record(time, client))}\n`;
    const write = (name: string, text: string | Buffer) => writeFile(join(folder, name), text);
    await write('decisions.jsonl', `${line('2026-05-05', 'e')}{"time":"2026-05-06","pro`);
    await write('decisions.jsonl.1', line('2026-04-04', 'd'));
    await write('decisions.jsonl.2.gz', gzipSync(line('2026-03-03', 'c')));
    await write('decisions-2026-02-02T00-00-00.000Z-0000.jsonl', line('2026-02-02', 'b'));
    await write(
      'decisions-2026-01-01T00-00-00.000Z-0000.jsonl.gz',
      gzipSync(line('2026-01-01', 'a')),
    );
    // Left by a crash beside the whole one; it must count once.
    await write(
      'decisions-2026-02-02T00-00-00.000Z-0000.jsonl.gz',
      gzipSync(line('2026-02-02', 'b')),
    );
    await write('decisions.jsonl.bak', line('2020-01-01', 'not ours'));
    for (const place of [folder, join(folder, 'decisions.jsonl')]) {
      const { requests, clients, gaps, reachesBackTo } = await findExposure(
        new FileDecisionReader(place),
        question,
      );
      assert.deepEqual(
        requests.map(({ client }) => client),
        ['a', 'b', 'c', 'd', 'e'],
      );
      assert.equal(clients.length, 5);
      assert.deepEqual(gaps, ['decisions.jsonl has 1 unreadable line']);
      assert.equal(reachesBackTo, '2026-01-01');
    }
  });

  it('counts a download as a part where its client was gone before the last byte, told of in the next file', async () => {
    const download = (request: string, more: Partial<DecisionRecord> = {}) => ({
      ...record('2026-05-05T00:00:00Z', request),
      request,
      ...more,
    });
    const cut = (request: string, more: Partial<CutRecord> = {}) => {
      const { project, version, filename, sha256 } = download(request);
      const time = '2026-05-06T00:00:00Z';
      const bytes = 0;
      return { event: 'cut', time, request, project, version, filename, sha256, bytes, ...more };
    };
    const write = (name: string, records: readonly object[]) =>
      writeFile(join(folder, name), records.map((one) => `${JSON.stringify(one)}\n`).join(''));
    await write('decisions-2026-05-06T00-00-00.000Z-0000.jsonl', [
      download('stayed'),
      download('left'),
      download('left-too', { filename: old.filename, sha256: old.sha256 }),
      download('twice'),
      download('twice'),
      { ...download('unnamed'), request: undefined },
    ]);
    await write('decisions.jsonl', [
      cut('left'),
      cut('left-too', { filename: old.filename, sha256: old.sha256 }),
      cut('twice'),
      // Of another file under the same id, and of what nobody has told of.
      cut('stayed', { filename: old.filename }),
      cut('unknown'),
      { ...cut('unnamed'), request: undefined },
      download('later', { time: '2026-05-06T00:00:00Z' }),
    ]);
    const told = async (asked: ExposureQuestion) =>
      (await findExposure(new FileDecisionReader(folder), asked)).requests.map(
        ({ client, delivery }) => [client, delivery],
      );
    const ofBad = [
      ['stayed', 'whole'],
      ['left', 'part'],
      ['twice', 'whole'],
      ['twice', 'part'],
      ['unnamed', 'whole'],
      ['later', 'whole'],
    ];
    assert.deepEqual(
      (await told(question)).filter(([client]) => client !== 'left-too'),
      ofBad,
    );
    assert.deepEqual(await told({ sha256: bad.sha256 }), ofBad);
    assert.deepEqual(await told({ sha256: old.sha256 }), [['left-too', 'part']]);
  });

  it('is found whole after the log has rotated and compressed itself', async () => {
    const file = join(folder, 'decisions.jsonl');
    const log = new FileDecisionLog({
      file,
      maxBytes: 2_000,
      keep: 100,
      compress: true,
      fsync: false,
    });
    for (let day = 1; day <= 28; day += 1)
      await log.append(record(`2026-01-${String(day).padStart(2, '0')}T00:00:00Z`, `c${day}`));
    await log.close();
    assert.ok((await readdir(folder)).filter((name) => name.endsWith('.gz')).length > 2);
    assert.equal((await findExposure(new FileDecisionReader(folder), question)).clients.length, 28);
  });
});

describe('CSV', () => {
  it('keeps commas, quotes and line ends inside their field, and no formula alive', () => {
    assert.equal(
      csvLine(['a', 'b,c', 'say "x"', 'two\nlines', 3, undefined]),
      '"a","b,c","say ""x""","two\nlines",3,',
    );
    assert.equal(csvLine(['=cmd()', '+1', '-1', '@x', -1]), `"'=cmd()","'+1","'-1","'@x",-1`);
  });

  it('holds no formula for a spreadsheet that takes another separator', () => {
    for (const separator of [',', ';', '\t', '|', '\n', '\r\n'])
      for (const start of ['=', '+', '-', '@', ' =', '"=', '＝']) {
        const line = csvLine(['pip', `x${separator}${start}1+1|cmd`, 'y']);
        for (const cell of line.split(/[,;\t|\r\n]/))
          assert.doesNotMatch(cell, /^[ "]*[=+\-@＝]/, JSON.stringify(line));
      }
    const harmless = 'pip/25.3 {"cpu":"x86_64","version":"3.12.3"}; a-b=c';
    assert.equal(csvLine([harmless]), `"${harmless.replaceAll('"', '""')}"`);
  });
});
