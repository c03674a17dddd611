import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { toRedis } from '../../src/config/sections/redis.js';
import { RedisEvents } from '../../src/redis/redis-events.js';
import { RedisLine } from '../../src/redis/redis-line.js';
import { freePort } from '../support/free-port.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';
import { until } from '../support/until.js';

const { skip } = redisProgram();
/** On a loaded machine the answer may come too late; the message is sent all the same. */
const LATE = () => {};
/** Long enough for a machine that is busy with other tests. */
const PATIENT = 20_000;

describe('the line to a Redis with TLS', { skip }, () => {
  let folder: string;
  let server: RedisServer;
  let port: number;
  const lines: RedisLine[] = [];
  let trouble: string | undefined;

  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });

  /** An authority of our own. */
  function authority(name: string): void {
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`],
    );
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wheelgate-redis-tls-'));
    authority('ours');
    authority('others');
    openssl(
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost'],
    );
    writeFileSync(at('names.cnf'), 'subjectAltName=DNS:localhost\n');
    openssl(
      ...['x509', '-req', '-in', 'server.csr', '-CA', 'ours.pem', '-CAkey', 'ours.key'],
      ...['-CAcreateserial', '-out', 'server.pem', '-days', '2', '-extfile', 'names.cnf'],
    );
    port = Number(await freePort());
    server = await startRedis(
      ...['--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', at('server.pem'), '--tls-key-file', at('server.key')],
      ...['--tls-ca-cert-file', at('ours.pem')],
    );
  });
  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    for (const line of lines.splice(0)) line.close();
    trouble = undefined;
  });

  function settingsOf(url: string, ca: string | undefined) {
    const settings = toRedis(configSchema.parse({ redis: { url } }).redis)!;
    return { ...settings, ca: ca === undefined ? undefined : readFileSync(at(ca), 'utf8') };
  }

  async function open(url: string, ca: string | undefined): Promise<RedisLine> {
    const onTrouble = (detail: string | undefined) => {
      trouble = detail;
    };
    const line = new RedisLine(settingsOf(url, ca), { now: Date.now, onTrouble });
    lines.push(line);
    await line.begin();
    return line;
  }

  const ask = (line: RedisLine) => line.ask((redis) => redis.set(line.key('a'), '1'), PATIENT);

  it('asks it, and hears its events, where its authority is the one that the settings name', async () => {
    const url = `rediss://localhost:${port}`;
    const line = await open(url, 'ours.pem');
    assert.equal(await ask(line), 'OK');
    assert.equal(trouble, undefined);
    assert.equal(await server.ask.get('wg:1:a'), '1');
    const events = new RedisEvents(settingsOf(url, 'ours.pem'), line);
    try {
      let heard = '';
      events.on('news', (message) => {
        heard = message.toString();
      });
      events.begin();
      await until(() => {
        events.send('news', 'hello').catch(LATE);
        return heard === 'hello';
      });
    } finally {
      events.close();
    }
  });

  const REFUSED: Readonly<Record<string, readonly [host: string, ca: string | undefined, RegExp]>> =
    {
      'another authority': [
        'localhost',
        'others.pem',
        /^its certificate is from an unknown authority .* "redis.ca"$/,
      ],
      'an authority that nobody knows': [
        'localhost',
        undefined,
        /^its certificate is from an unknown authority .* "redis.ca"$/,
      ],
      'another host name': ['127.0.0.1', 'ours.pem', /^its certificate is for another host name/],
    };
  for (const [what, [host, ca, said]] of Object.entries(REFUSED))
    it(`sends nothing to one whose certificate is of ${what}, and says so`, async () => {
      await server.ask.flushall();
      const line = await open(`rediss://:password@${host}:${port}`, ca);
      await assert.rejects(ask(line));
      assert.match(trouble ?? '', said);
      assert.doesNotMatch(trouble ?? '', /password/);
      assert.equal(await server.ask.dbsize(), 0);
    });

  it('says so where only one side speaks TLS', async () => {
    for (const url of [`redis://localhost:${port}`, `rediss://localhost:${server.port}`]) {
      const line = await open(url, 'ours.pem');
      await assert.rejects(ask(line));
      assert.notEqual(trouble, undefined);
    }
  });
});
