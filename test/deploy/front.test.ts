import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { refusedPhrase } from '../../src/messages/refusals.js';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { freePort } from '../support/free-port.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { ANY, saying } from '../support/messages.js';
import { type Nginx, nginx, startFleetNginx } from '../support/nginx.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';
import { S3_CREDENTIALS, type S3Server, s3Program, startS3Server } from '../support/s3-servers.js';
import { ask } from '../support/wheelgate.js';

const program = nginx();
const redisServer = redisProgram();
const store = s3Program('versitygw');

describe('two replicas behind nginx as deploy/nginx/fleet.conf has it, over Redis and S3', {
  skip: program.skip || redisServer.skip || store.skip,
}, () => {
  let folder: string;
  let upstream: FakeUpstream;
  let redis: RedisServer;
  let s3: S3Server;
  let replicas: GateProcess[];
  let front: Nginx;

  async function startReplica(name: string): Promise<GateProcess> {
    await mkdir(join(folder, name));
    const internal = `127.0.0.1:${await freePort()}`;
    return startGateProcess({
      folder: join(folder, name),
      args: [
        ...['--upstream', upstream.url, '--redis', redis.url],
        ...['--s3', `s3://wheels?endpoint=${s3.url}`],
      ],
      env: {
        ...S3_CREDENTIALS,
        WHEELGATE_REPLICA_NAME: name,
        WHEELGATE_REPLICA_LISTEN: internal,
        WHEELGATE_REPLICA_URL: `http://${internal}`,
        WHEELGATE_REPLICA_SECRET: 'that-both-have-and-nobody-else',
        WHEELGATE_TRUSTED_PROXIES: '127.0.0.1',
        WHEELGATE_CACHE_MIN_FREE: '0',
      },
    });
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-front-'));
    upstream = await startFakeUpstream();
    redis = await startRedis();
    s3 = await startS3Server('versitygw', store.found!);
    replicas = [await startReplica('replica-1'), await startReplica('replica-2')];
    front = await startFleetNginx(program.found!, [replicas[0]!.url, replicas[1]!.url]);
  });
  after(async () => {
    await front?.close();
    for (const replica of replicas ?? []) await replica.end('SIGKILL');
    await s3?.close();
    await redis?.close();
    await upstream?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('answer as one, and ask the index once for what many want', async () => {
    const dist = buildWheel({
      name: 'demo',
      files: { 'demo/data.bin': Buffer.alloc(3_000_000, 7) },
    });
    upstream.addProject('demo', [dist]);
    const path = `/files/demo/${dist.filename}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(front.url + path)));
    for (const { status, body, complete } of answers) {
      assert.equal(status, 200);
      assert.ok(complete && body.equals(dist.bytes));
    }
    assert.equal(upstream.requests(packagePath('demo', dist.filename)), 1);
  });

  it('refuse as one', async () => {
    const dist = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
    upstream.addProject('hooked', [dist]);
    for (let asked = 0; asked < 4; asked += 1) {
      const answer = await ask(`${front.url}/files/hooked/${dist.filename}`);
      assert.equal(answer.status, 403);
      assert.match(answer.phrase, saying(refusedPhrase(ANY)));
    }
  });

  it('go on answering while one of them is gone', async () => {
    await replicas[0]!.end('SIGKILL');
    for (let asked = 0; asked < 6; asked += 1)
      assert.equal((await ask(`${front.url}/simple/demo/`)).status, 200);
  });
});
