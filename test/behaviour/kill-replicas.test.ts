import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';
import { asEnvironment, replicaSettings } from '../support/replica-settings.js';
import { until } from '../support/until.js';
import { ask } from '../support/wheelgate.js';

const { skip } = redisProgram();

describe('a replica that is at a fill, and the clients of the others', { skip }, () => {
  const dist = buildWheel({ name: 'demo', files: { 'demo/data.bin': randomBytes(3_000_000) } });
  const size = dist.bytes.length;
  const path = `/files/demo/${dist.filename}`;
  const at = packagePath('demo', dist.filename);
  let redis: RedisServer;
  let upstream: FakeUpstream;
  let folder: string;
  let gates: GateProcess[];

  before(async () => {
    redis = await startRedis();
    upstream = await startFakeUpstream();
    upstream.addProject('demo', [dist]);
  });
  after(async () => {
    await upstream.close();
    await redis.close();
  });
  beforeEach(async () => {
    gates = [];
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-replicas-'));
  });
  afterEach(async () => {
    upstream.fault(at, undefined);
    upstream.release();
    await Promise.all(gates.map((gate) => gate.end('SIGKILL')));
    await redis.ask.flushall();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(name: string, ...more: readonly string[]): Promise<GateProcess> {
    const settings = await replicaSettings(name, redis);
    const gate = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--data', name, ...more],
      env: {
        ...asEnvironment(settings),
        WHEELGATE_CACHE_MIN_FREE: '0',
        WHEELGATE_ATTESTATIONS_UPDATE_KEYS: 'false',
        WHEELGATE_GATE_HOLD_BYTES: '200KB',
        WHEELGATE_GATE_HOLD_TIME: '10m',
        WHEELGATE_GATE_LAST_BLOCK: '100KB',
      },
    });
    gates.push(gate);
    return gate;
  }

  async function metric({ url }: GateProcess, series: string): Promise<number> {
    const text = (await ask(`${url}/metrics`)).body.toString();
    const line = text.split('\n').find((one) => one.startsWith(`wheelgate_${series} `));
    return Number(line?.slice(line.lastIndexOf(' ')) ?? 0);
  }

  /** One is at the fill, and others follow. @param after how far it has come */
  async function filling(after: number, workers: readonly string[] = []) {
    const first = await start('a', ...workers);
    const others = [await start('b', ...workers), await start('c', ...workers)];
    const before = upstream.requests(at);
    // Workers tell each other of bytes a little later than they come: whoever goes on before that point is not to be kept waiting.
    const isOnce = after === 0 || workers.length > 0;
    upstream.fault(at, { kind: 'stall', after, ranges: true }, isOnce ? 1 : undefined);
    const own = ask(first.url + path).catch(() => undefined);
    await until(() => upstream.requests(at) - before === 1);
    const answers = others.flatMap(({ url }) => [ask(url + path), ask(url + path)]);
    for (const gate of others) {
      await until(async () => (await metric(gate, 'fills_total{lease="theirs"}')) === 1);
      if (after > 200_000)
        await until(
          async () => (await metric(gate, 'first_byte_seconds_count{cache="miss"}')) === 2,
        );
    }
    return {
      first,
      others,
      own,
      answers: Promise.all(answers),
      asked: () => upstream.requests(at) - before,
    };
  }

  for (const [how, signal] of [
    ['is killed', 'SIGKILL'],
    ['is stopped past its lease, and goes on', 'SIGSTOP'],
  ] as const)
    for (const [where, after] of [
      ['before the first byte', 0],
      ['in the middle', Math.floor(size / 2)],
      ['near the end', size - 1_000],
    ] as const)
      it(`${how} ${where}: they get the whole file, whose rest the index sends once more`, async () => {
        const { first, others, own, answers, asked } = await filling(after);
        process.kill(first.pid, signal);
        for (const { status, body, complete } of await answers) {
          assert.equal(status, 200);
          assert.ok(complete && body.equals(dist.bytes));
        }
        assert.equal(asked(), 2);
        const { range } = upstream.lastHeaders(at)!;
        assert.equal(range, after === 0 ? undefined : `bytes=${after}-`);
        if (signal === 'SIGSTOP') {
          process.kill(first.pid, 'SIGCONT');
          upstream.release();
          // Its own fill is as good as theirs, and what it says late changes nothing.
          const answer = await own;
          assert.ok(answer?.complete && answer.body.equals(dist.bytes));
        }
        upstream.release();
        for (const gate of others) assert.ok((await ask(gate.url + path)).body.equals(dist.bytes));
        assert.equal(asked(), 2);
      });

  it('has workers, as they have, and is killed', async () => {
    const { first, answers, asked } = await filling(Math.floor(size / 2), ['--workers', '2']);
    process.kill(first.pid, 'SIGKILL');
    for (const { body, complete } of await answers) assert.ok(complete && body.equals(dist.bytes));
    assert.equal(asked(), 2);
  });
});
