import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isOurs, OUR_NAMES } from '../../src/compose/data-folder.js';
import { INSPECTOR_VERSION } from '../../src/inspection/inspector.js';
import { DATA_FORMAT } from '../../src/store/disk/data-version.js';
import { ATTESTATIONS_VERSION } from '../../src/store/disk/disk-attestation-store.js';
import { documentOf, fixture, REAL } from '../attestations/support.js';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { startFakeS3 } from '../support/fake-s3.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { osv } from '../support/osv-mirror.js';
import { redisProgram, startRedis } from '../support/redis-servers.js';
import { S3_CREDENTIALS } from '../support/s3-servers.js';
import { ask, startGate } from '../support/wheelgate.js';

/** What a replica alone leaves: it takes a Redis. */
const OF_REPLICAS: ReadonlySet<string> = new Set(['shared-policy', 'archived.json', 'heard']);
const { skip: hasNoRedis } = redisProgram();

/** Rows of the table: each with the paths in its first column, `PROJECT` and its like standing for any name. */
async function documented(): Promise<RegExp[][]> {
  const page = await readFile('docs/data-folder.md', 'utf8');
  const rows = [...page.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell!);
  return rows.map((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => {
      const below = path!.endsWith('/') ? '.+' : '';
      const names = path!.replaceAll('.', '\\.').replaceAll(/[A-Z]+[A-Z\d]*/g, '[^/]+');
      return new RegExp(`^${names}${below}$`);
    }),
  );
}

describe('the data folder of a server that has worked', () => {
  let folder: string;
  let upstream: FakeUpstream;
  let left: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-layout-'));
    upstream = await startFakeUpstream();
    left = await work();
  });
  after(async () => {
    upstream.release();
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Makes a server do all that leaves something behind. @returns the files, as paths below the data folder */
  async function work(): Promise<string[]> {
    const { pinned, strong, attested, refused, large } = list(upstream);
    const data = join(folder, 'data');
    for (const name of ['policies', 'feed']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'feed', 'MAL-1.json'), JSON.stringify(osv('MAL-1', 'evil')));
    await writeFile(
      join(folder, 'policies', 'own.yaml'),
      'rules: { attestation: { action: warn, require: [gitlab-oidc-project] } }\n',
    );
    const started = await startGateProcess({
      folder,
      args: ['--policies', 'policies', '--workers', '2'],
      env: {
        WHEELGATE_UPSTREAMS: JSON.stringify([{ name: 'fake', url: upstream.url, unhashed: 'pin' }]),
        // Nobody is there either: its messages wait.
        WHEELGATE_WEBHOOKS: JSON.stringify([{ name: 'away', url: 'http://127.0.0.1:9/' }]),
        WHEELGATE_FEED_URL: join(folder, 'feed'),
        WHEELGATE_DECISIONS_MAX_BYTES: '1KB',
        WHEELGATE_DECISIONS_COMPRESS: 'true',
        // Nobody is there: sigstore's keys stay as they were shipped.
        HTTPS_PROXY: 'http://127.0.0.1:9',
      },
    });
    for (const path of [pinned, strong, attested])
      assert.equal((await ask(started.url + path)).status, 200, path);
    upstream.serve('/simple/', '{"projects":[{"name":"pinned"}]}', 'application/json');
    assert.equal((await ask(`${started.url}/simple/`)).status, 200);
    assert.equal((await ask(`${started.url}/simple/probed/`)).status, 200);
    await until(async () => (await readdir(join(data, 'probes'), { recursive: true })).length > 2);
    for (let time = 0; time < 12; time += 1)
      assert.equal((await ask(started.url + refused)).status, 403);
    await writeFile(
      join(folder, 'policies', 'deny.yaml'),
      'deny: [{ project: gitlab-oidc-project, reason: too late }]\n',
    );
    await until(async () => (await ask(started.url + attested)).status === 403);
    await until(async () => (await stat(join(data, 'exposure.json'))).isFile());
    // The record of that is on its way once it is counted: it may be the last that the file takes.
    const exposed = /^wheelgate_exposed_downloads_total\{rule="deny"\} [1-9]/m;
    await until(async () => exposed.test((await ask(`${started.url}/metrics`)).body.toString()));
    upstream.fault(packagePath('large', large.filename), { kind: 'stall', after: 100_000 });
    const answer = ask(`${started.url}/files/large/${large.filename}`);
    await until(async () => (await readdir(join(data, 'spool'))).length > 0);
    const coming = await readdir(join(data, 'spool'));
    upstream.release();
    await answer;
    // The record before may have been the last that the file took.
    await until(async () => {
      await ask(started.url + refused);
      return (await stat(join(data, 'decisions.jsonl'))).isFile();
    });
    await until(async () => (await readdir(data)).includes('feed.jsonl'));
    // By then nothing goes on in the background.
    await started.end('SIGTERM');
    // The log was there just now, though a record that was under way then may have been the last that it took.
    const seen = ['decisions.jsonl', ...coming.map((name) => `spool/${name}`)];
    return [...new Set([...(await filesIn(data)), ...seen, ...(await workAsReplica(refused))])];
  }

  /** The same of one that shares what it has with others. */
  async function workAsReplica(refused: string): Promise<string[]> {
    if (hasNoRedis) return [];
    Object.assign(process.env, S3_CREDENTIALS);
    const [redis, s3] = [await startRedis(), await startFakeS3()];
    try {
      const gate = await startGate({
        data: join(folder, 'replica'),
        config: {
          'redis.url': redis.url,
          'replica.secret': 'the secret that all replicas have',
          'replica.share-policy': true,
          's3.bucket': 'wheels',
          's3.endpoint': s3.url,
        },
      });
      gate.upstream.addProject('refused', [buildWheel({ name: 'refused' })]);
      await gate.get(refused);
      const heard = join(folder, 'replica', 'data', 'heard');
      await until(async () => (await readdir(heard)).length > 0);
      await gate.close();
      return await filesIn(join(folder, 'replica', 'data'));
    } finally {
      await s3.close();
      await redis.close();
    }
  }

  it('holds what the table in docs/data-folder.md says, and nothing else', async () => {
    const rows = await documented();
    assert.ok(rows.length > 10);
    const told = (path: string) => rows.some((row) => row.some((form) => form.test(path)));
    assert.deepEqual(
      left.filter((path) => !told(path)),
      [],
    );
    const missing = rows.filter((row) => !row.some((form) => left.some((path) => form.test(path))));
    const ofReplicas = (form: RegExp) =>
      [...OF_REPLICAS].some((name) => form.source.startsWith(`^${name.replace('.', '\\.')}`));
    assert.deepEqual(
      missing.filter((row) => !hasNoRedis || !row.some(ofReplicas)),
      [],
    );
  });

  it('holds nothing that the code would take for another\u2019s, and all that it takes for its own', () => {
    const names = [...new Set(left.map((path) => path.split('/')[0]!))];
    assert.deepEqual(
      names.filter((name) => !isOurs(name)),
      [],
    );
    assert.deepEqual(
      OUR_NAMES.filter(
        (ours) =>
          !(hasNoRedis && OF_REPLICAS.has(ours)) && !names.some((name) => name.startsWith(ours)),
      ),
      [],
    );
    assert.equal(isOurs('thesis'), false);
  });

  it('is of the format and versions that the page names', async () => {
    const page = await readFile('docs/data-folder.md', 'utf8');
    for (const text of [
      `format of the folder (${DATA_FORMAT})`,
      `\`findings/v${INSPECTOR_VERSION}/`,
      `\`attestations/v${ATTESTATIONS_VERSION}/`,
    ])
      assert.ok(page.includes(text), text);
  });
});

/** Projects that leave each something else; paths of their files. */
function list(upstream: FakeUpstream) {
  const pinned = buildWheel({ name: 'pinned' });
  const strong = buildWheel({ name: 'strong' });
  const attested = { ...REAL.gitlab, bytes: fixture(REAL.gitlab.filename) };
  const refused = buildWheel({ name: 'refused', files: { 'refused.pth': 'import os\n' } });
  const large = buildWheel({ name: 'large', files: { 'large/data.bin': randomBytes(500_000) } });
  upstream.addProject('pinned', [{ dist: pinned, hashes: {} }]);
  const sha512 = createHash('sha512').update(strong.bytes).digest('hex');
  upstream.addProject('strong', [{ dist: strong, hashes: { sha512 } }]);
  upstream.serve('/integrity', documentOf(REAL.gitlab), 'application/json');
  const provenance = new URL('/integrity', upstream.url).href;
  upstream.addProject('gitlab-oidc-project', [{ dist: attested, extra: { provenance } }]);
  upstream.addProject('refused', [refused, buildSdist({ name: 'refused' })]);
  upstream.addProject('large', [large]);
  const uploadTime = new Date().toISOString();
  upstream.addProject('probed', [{ dist: buildWheel({ name: 'probed' }), uploadTime }]);
  return {
    pinned: `/files/pinned/${pinned.filename}`,
    strong: `/files/strong/${strong.filename}`,
    attested: `/files/gitlab-oidc-project/${attested.filename}`,
    refused: `/files/refused/${refused.filename}`,
    large,
  };
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await new Promise((done) => setImmediate(done));
}
