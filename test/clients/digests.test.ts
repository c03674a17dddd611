import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { PACKAGE_CLIENTS } from '../support/package-clients.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

/** By the last letter of a project's name: the digests that an index declares for its wheel, in this order. */
const DECLARED = {
  a: ['sha512'],
  b: ['sha384'],
  c: ['md5'],
  d: ['sha1', 'sha224'],
  e: [],
  f: ['md5', 'sha512', 'sha256'],
} as const;

/** Whatever an index declares, what we show is what clients can check, before we know the bytes and after. */
describe('real clients and digests', () => {
  let gate: TestGate;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-digests-'));
    gate = await startGate({
      withUpstream: (url) => ({ upstreams: [{ name: 'fake', url, unhashed: 'pin' }] }),
    });
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  function list(name: string, algorithms: readonly string[], requires: readonly string[]): void {
    const dist = buildWheel({ name, requires });
    const hashes = Object.fromEntries(
      algorithms.map((algorithm) => [
        algorithm,
        createHash(algorithm).update(dist.bytes).digest('hex'),
      ]),
    );
    const pairs = Object.entries(hashes).map(([algorithm, hex]) => `${algorithm}=${hex}`);
    const fragment = pairs.length === 0 ? '' : `#${pairs.join('&')}`;
    // What else an index may name is passed over.
    const more = { blake2b_256: 'ab'.repeat(32), ...hashes, 'x-odd': 'text' };
    gate.upstream.addProject(name, [{ dist, hashes: more, fragment }]);
  }

  for (const { name, skip, install } of PACKAGE_CLIENTS)
    for (const form of ['JSON', 'HTML'] as const)
      it(`${name} installs what an index lists in ${form}, twice`, { skip }, async () => {
        gate.upstream.htmlOnly = form === 'HTML';
        const prefix = `${name}${form}`.toLowerCase();
        const needed = Object.keys(DECLARED).map((letter) => prefix + letter);
        for (const [letter, algorithms] of Object.entries(DECLARED))
          list(prefix + letter, algorithms, []);
        list(`${prefix}top`, ['sha512'], needed);
        for (const time of ['first', 'second']) {
          const { ok, text, got } = await install(folder, `${gate.url}/simple/`, `${prefix}top`);
          assert.ok(ok, `${time}: ${text}`);
          for (const one of needed) assert.ok(got.includes(`${one} 1.0`), `${one}: ${got}`);
        }
        gate.upstream.htmlOnly = false;
      });
});
