import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { verifierFor, verifyProvenance } from '../../src/attestations/provenance-verifier.js';
import { shippedTrustRoot, type TrustEvent, TrustRoot } from '../../src/attestations/trust-root.js';
import { fetchTrustRoot } from '../../src/attestations/trust-updates.js';
import type { VerifyProvenance } from '../../src/attestations/verify-in-thread.js';
import { withCurrentKeys } from '../../src/attestations/with-current-keys.js';
import { createNetwork, type Network } from '../../src/runtime/network.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { documentOf, REAL } from './support.js';

const HOUR = 3_600_000;

describe('the keys', () => {
  const verifyWith = (trust: TrustRoot) =>
    verifyProvenance(verifierFor(trust.keys()), documentOf(REAL.sigstore), REAL.sigstore);

  it('are the shipped ones where nobody may ask', () => {
    const trust = new TrustRoot({ now: () => 0, onEvent: () => assert.fail() });
    assert.equal(verifyWith(trust).kind, 'attested');
  });
  it('stay as they were where newer ones cannot be had, and are asked for again in an hour', async () => {
    let now = HOUR;
    let asked = 0;
    const events: TrustEvent[] = [];
    const trust = new TrustRoot({
      now: () => now,
      fetch: async () => {
        asked += 1;
        throw new Error('no way out');
      },
      onEvent: (event) => events.push(event),
    });
    assert.equal(asked, 0, 'nobody has verified anything');
    for (let time = 0; time < 3; time++) assert.equal(verifyWith(trust).kind, 'attested');
    await trust.refreshed();
    assert.equal(asked, 1);
    now += HOUR;
    verifyWith(trust);
    await trust.refreshed();
    assert.equal(asked, 2);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['refresh-failed', 'refresh-failed'],
    );
  });
  it('stay as they were where newer ones are of a form that is not known', async () => {
    const events: TrustEvent[] = [];
    const trust = new TrustRoot({
      now: () => HOUR,
      fetch: async () => '{"mediaType":"application/vnd.dev.sigstore.everything.v9+json"}',
      onEvent: (event) => events.push(event),
    });
    verifyWith(trust);
    await trust.refreshed();
    assert.equal(verifyWith(trust).kind, 'attested');
    assert.equal(events[0]?.kind, 'refresh-failed');
  });
  it('are asked for again where the clock was a year ahead', async () => {
    let now = 366 * 24 * HOUR;
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      return shippedTrustRoot();
    };
    const trust = new TrustRoot({ now: () => now, fetch, onEvent: () => {} });
    for (const time of [now, HOUR]) {
      now = time;
      trust.keys();
      await trust.refreshed();
    }
    assert.equal(asked, 2);
  });
  describe('that are not the newest', () => {
    const none = JSON.stringify({ ...JSON.parse(shippedTrustRoot()), tlogs: [] });
    const answers = async (fetch: (() => Promise<string>) | undefined, before: string) => {
      let first = true;
      const trust = new TrustRoot({ now: () => HOUR, fetch, onEvent: () => {} });
      const keys = () => {
        const known = trust.keys();
        if (!first) return known;
        first = false;
        return before;
      };
      const verify: VerifyProvenance = async (document, artifact) =>
        verifyProvenance(verifierFor(keys()), document, artifact);
      return withCurrentKeys(verify, trust)(documentOf(REAL.sigstore), REAL.sigstore);
    };

    it('are replaced before a document is found false', async () => {
      assert.equal((await answers(async () => shippedTrustRoot(), none)).kind, 'attested');
    });
    it('hold nothing against it where the newest cannot be had', async () => {
      const offline = async () => {
        throw new Error('no way out');
      };
      const trust = new TrustRoot({ now: () => HOUR, fetch: offline, onEvent: () => {} });
      const doubting: VerifyProvenance = async (document, artifact) => {
        trust.keys();
        return verifyProvenance(verifierFor(none), document, artifact);
      };
      const answer = await withCurrentKeys(doubting, trust)(
        documentOf(REAL.sigstore),
        REAL.sigstore,
      );
      assert.equal(answer.kind, 'unreachable');
    });
    it('find a document false only where they are the newest, or none are asked for', async () => {
      assert.equal((await answers(async () => none, none)).kind, 'unverifiable');
    });
  });
  it('are replaced by newer ones, for a day', async () => {
    let now = HOUR;
    let asked = 0;
    const root = JSON.parse(shippedTrustRoot());
    const trust = new TrustRoot({
      now: () => now,
      fetch: async () => {
        asked += 1;
        return JSON.stringify({ ...root, tlogs: [] });
      },
      onEvent: () => {},
    });
    assert.equal(verifyWith(trust).kind, 'attested', 'it does not wait for them');
    await trust.refreshed();
    const later = verifyWith(trust);
    assert.equal(later.kind, 'unverifiable', 'the log is trusted no more');
    now += 23 * HOUR;
    verifyWith(trust);
    await trust.refreshed();
    assert.equal(asked, 1);
    now += 2 * HOUR;
    verifyWith(trust);
    await trust.refreshed();
    assert.equal(asked, 2);
  });
});

describe('newer keys', () => {
  let server: FakeUpstream;
  let network: Network;
  let folder: string;
  const key = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');

  before(async () => {
    server = await startFakeUpstream();
    network = createNetwork({});
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-keys-'));
  });
  after(async () => {
    await network.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Puts a repository of The Update Framework with one target on the server. */
  function publish(target: string, version: number, signer: KeyObject): void {
    const serve = (name: string, text: string) => server.serve(`/${name}`, text, 'text/plain');
    const describeFile = (text: string) => ({
      length: text.length,
      hashes: { sha256: createHash('sha256').update(text).digest('hex') },
    });
    const targets = signed(
      { _type: 'targets', version, targets: { 'trusted_root.json': describeFile(target) } },
      signer,
    );
    const snapshot = signed(
      { _type: 'snapshot', version, meta: { 'targets.json': { version } } },
      signer,
    );
    serve('targets/trusted_root.json', target);
    serve('targets.json', targets);
    serve('snapshot.json', snapshot);
    serve(
      'timestamp.json',
      signed({ _type: 'timestamp', version, meta: { 'snapshot.json': { version } } }, signer),
    );
  }

  function signed(content: object, signer: KeyObject): string {
    const body = { ...content, spec_version: '1.0', expires: '2999-01-01T00:00:00Z' };
    const signature = sign(null, Buffer.from(canonical(body)), signer);
    const signatures = [{ keyid: idOf(key.publicKey), sig: signature.toString('hex') }];
    return JSON.stringify({ signatures, signed: body });
  }

  async function fetchFrom(name: string): Promise<string> {
    const root = join(folder, `${name}.root.json`);
    const role = { keyids: [idOf(key.publicKey)], threshold: 1 };
    await writeFile(
      root,
      signed(
        {
          _type: 'root',
          version: 1,
          consistent_snapshot: false,
          keys: { [idOf(key.publicKey)]: tufKey(key.publicKey) },
          roles: { root: role, timestamp: role, snapshot: role, targets: role },
        },
        key.privateKey,
      ),
    );
    const url = `http://${server.host}`;
    return fetchTrustRoot({ url, directory: join(folder, name), network, root });
  }

  it('are taken where they are signed from the root at hand', async () => {
    publish('{"a":1}', 1, key.privateKey);
    assert.equal(await fetchFrom('good'), '{"a":1}');
    publish('{"a":2}', 2, key.privateKey);
    assert.equal(await fetchFrom('good'), '{"a":2}');
  });
  it('are not taken where a stranger signed them, or an older state comes back', async () => {
    publish('{"a":3}', 3, stranger.privateKey);
    await assert.rejects(fetchFrom('stranger'));
    publish('{"a":2}', 2, key.privateKey);
    assert.equal(await fetchFrom('back'), '{"a":2}');
    publish('{"a":1}', 1, key.privateKey);
    await assert.rejects(fetchFrom('back'));
  });
  it('keep what was seen where the network fails, or an answer is false', async () => {
    publish('{"a":2}', 2, key.privateKey);
    assert.equal(await fetchFrom('kept'), '{"a":2}');
    const seen = await readdir(join(folder, 'kept'));
    assert.ok(seen.includes('timestamp.json'));
    for (const fault of [
      { kind: 'drop' },
      { kind: 'status', status: 503 },
      { kind: 'truncate', after: 5 },
    ] as const) {
      server.fault('/timestamp.json', fault);
      await assert.rejects(fetchFrom('kept'));
      assert.deepEqual(await readdir(join(folder, 'kept')), seen);
    }
    server.fault('/timestamp.json', undefined);
    // Once it was known, an older state is not taken at the second try either.
    publish('{"a":1}', 1, key.privateKey);
    for (let time = 0; time < 3; time += 1) await assert.rejects(fetchFrom('kept'));
    publish('{"a":3}', 3, key.privateKey);
    assert.equal(await fetchFrom('kept'), '{"a":3}');
  });
  it('begin anew where what was kept is torn', async () => {
    publish('{"a":1}', 1, key.privateKey);
    assert.equal(await fetchFrom('torn'), '{"a":1}');
    const home = join(folder, 'torn');
    for (const name of ['root.json', 'timestamp.json', 'snapshot.json', 'targets.json']) {
      await truncate(join(home, name), 10);
      assert.equal(await fetchFrom('torn'), '{"a":1}', name);
    }
  });
  it('are not taken where the file is not the one that was signed', async () => {
    publish('{"a":1}', 1, key.privateKey);
    server.serve('/targets/trusted_root.json', '{"a":9}', 'text/plain');
    await assert.rejects(fetchFrom('altered'));
  });
});

function tufKey(key: KeyObject) {
  const raw = key.export({ type: 'spki', format: 'der' }).subarray(-32);
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw.toString('hex') } };
}

function idOf(key: KeyObject): string {
  return createHash('sha256')
    .update(canonical(tufKey(key)))
    .digest('hex');
}

/** Canonical JSON of plain values: keys in order, no white space. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join()}}`;
}
