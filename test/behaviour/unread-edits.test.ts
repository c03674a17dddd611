import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { hashToken, newToken } from '../../src/access/token.js';
import { folderSource } from '../../src/feed/feed-source.js';
import { syncFeed } from '../../src/feed/sync-feed.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { FAULTS_FILE, type FsFault, PRELOAD } from '../support/fs-faults.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { osv } from '../support/osv-mirror.js';
import { until } from '../support/until.js';
import { ask } from '../support/wheelgate.js';

const TLS = resolve('test/support/tls');
const DISTS: Readonly<Record<string, Distribution>> = Object.fromEntries(
  ['good', 'denied', 'named'].map((name) => [name, buildWheel({ name })]),
);
const tokens = [newToken(), newToken()] as const;

/** One file that is read anew under a running server. */
interface Kind {
  /** The part of `/readyz` that tells of it. */
  readonly part: string;
  readonly edit: () => Promise<void>;
  readonly isInForce: () => Promise<boolean>;
}

describe('an edit that cannot be read when it is seen', () => {
  let folder: string;
  let upstream: FakeUpstream;
  let plain: GateProcess;
  let secure: GateProcess;
  let round = 0;
  const at = (name: string) => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-unread-'));
    upstream = await startFakeUpstream();
    for (const [name, dist] of Object.entries(DISTS)) upstream.addProject(name, [dist]);
    for (const name of ['policies', 'feed', 'a', 'b']) await mkdir(at(name));
    await writeFile(at('policies/own.yaml'), 'deny: []\n');
    await writeTokens(tokens[0]);
    await writeFile(at('feed/MAL-1.json'), JSON.stringify(osv('MAL-1', 'x', { versions: ['1'] })));
    await copyFile(join(TLS, 'ending.pem'), at('cert.pem'));
    await copyFile(join(TLS, 'renewal.key'), at('key.pem'));
    await fail(false);
    const args = ['--upstream', upstream.url, '--policies', at('policies')];
    const faults = { NODE_OPTIONS: `--import=${PRELOAD}`, [FAULTS_FILE]: at('fault.json') };
    [plain, secure] = await Promise.all([
      startGateProcess({
        folder: at('a'),
        args,
        env: {
          ...faults,
          WHEELGATE_ACCESS_TOKENS: at('tokens.yaml'),
          WHEELGATE_FEED_URL: at('feed'),
        },
      }),
      startGateProcess({
        folder: at('b'),
        args,
        env: { ...faults, WHEELGATE_TLS_CERT: at('cert.pem'), WHEELGATE_TLS_KEY: at('key.pem') },
      }),
    ]);
    await until(async () => plain.log().includes('malware feed synced'));
  });
  after(async () => {
    await Promise.all([plain.end('SIGTERM'), secure.end('SIGTERM')]);
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** No file can be opened any more, in any thread, or all can again. */
  async function fail(isFailing: boolean): Promise<void> {
    round += 1;
    const times = isFailing ? 1_000_000 : 0;
    const fault: FsFault = { round, where: 'all', at: 1, times, code: 'EMFILE', opening: true };
    await writeFile(at('fault.json'), JSON.stringify(fault));
  }

  const writeTokens = (token: string) =>
    writeFile(
      at('tokens.yaml'),
      `tokens:\n  - { user: ci, hash: "sha256:${hashToken(token).toString('hex')}" }\n`,
    );

  async function phraseOf(name: string, token: string): Promise<string> {
    const { filename } = DISTS[name]!;
    const { status, phrase } = await ask(`${plain.url}/files/${name}/${filename}`, {
      authorization: `Bearer ${token}`,
    });
    return `${status} ${phrase}`;
  }

  const kinds: Readonly<Record<string, Kind>> = {
    policy: {
      part: 'policy',
      edit: () => writeFile(at('policies/own.yaml'), 'deny: [{ project: denied, reason: edited }]'),
      isInForce: async () => /^403 .*edited/.test(await phraseOf('denied', tokens[0])),
    },
    feed: {
      part: 'malware-feed',
      edit: async () => {
        const record = osv('MAL-2', 'named', { versions: ['1.0'] });
        await writeFile(at('feed/MAL-2.json'), JSON.stringify(record));
        await syncFeed(folderSource(at('feed')), at('a/data/feed.jsonl'), Date.now());
      },
      isInForce: async () => /^403 .*MAL-2/.test(await phraseOf('named', tokens[0])),
    },
    tokens: {
      part: 'access',
      edit: () => writeTokens(tokens[1]),
      isInForce: async () => /^200/.test(await phraseOf('good', tokens[1])),
    },
    certificate: {
      part: 'certificate',
      edit: () => copyFile(join(TLS, 'renewed.pem'), at('cert.pem')),
      isInForce: async () => (await lookAt(secure.url)).ends.includes('2027'),
    },
  };

  async function stateOf({ part }: Kind): Promise<string | undefined> {
    const text = part === 'certificate' ? (await lookAt(secure.url)).ready : '';
    const ready = JSON.parse(text || (await ask(`${plain.url}/readyz`)).body.toString());
    return ready.parts[part]?.state;
  }

  for (const [name, kind] of Object.entries(kinds))
    it(`is told of, and taken over without another edit: ${name}`, async () => {
      await fail(true);
      await kind.edit();
      await until(async () => (await stateOf(kind)) === 'degraded');
      await fail(false);
      await until(kind.isInForce);
      await until(async () => (await stateOf(kind)) !== 'degraded');
    });
});

/** When the certificate of a server ends, and what it says of itself. */
function lookAt(url: string): Promise<{ readonly ends: string; readonly ready: string }> {
  return new Promise((found, failed) => {
    const req = get(`${url}/readyz`, { rejectUnauthorized: false, agent: false }, (res) => {
      const ends = (res.socket as TLSSocket).getPeerCertificate().valid_to;
      void text(res).then((ready) => found({ ends, ready }), failed);
    });
    req.once('error', failed);
  });
}
