import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Attestation, AttestationRecord } from '../../../src/domain/attestation.js';
import type { Sha256 } from '../../../src/domain/digest.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { PublisherId } from '../../../src/domain/publisher.js';
import { DiskAttestationStore } from '../../../src/store/disk/disk-attestation-store.js';

const PROJECT = 'demo' as ProjectName;
const SHA = 'ab'.repeat(32) as Sha256;
const BY: Attestation = { kind: 'attested', publishers: ['github:demo/demo' as PublisherId] };

function record(
  filename: string,
  attestation: Attestation = BY,
  askAgainAt = Infinity,
): AttestationRecord {
  return { filename, sha256: SHA, attestation, askAgainAt };
}

describe('attestations on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-attestations-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are kept for the last of any number of digests under one filename', async () => {
    const digests = Array.from(
      { length: 20 },
      (_, index) => index.toString(16).padStart(2, '0').repeat(32) as Sha256,
    );
    const store = new DiskAttestationStore(folder);
    const kept = async (reader: DiskAttestationStore) => {
      const known = await reader.known(PROJECT);
      return digests.filter((sha256) => known.find('a.whl', sha256)?.sha256 === sha256);
    };
    assert.deepEqual(await kept(store), []);
    for (const sha256 of digests) await store.put(PROJECT, { ...record('a.whl'), sha256 });
    assert.deepEqual(await kept(store), digests.slice(-8));
  });

  it('come back from the disk where memory has no room for them', async () => {
    const store = new DiskAttestationStore(folder, 1);
    await store.put(PROJECT, record('a.whl'));
    await store.put(PROJECT, record('b.whl'));
    for (const name of ['a.whl', 'b.whl'])
      assert.deepEqual((await store.known(PROJECT)).find(name, SHA), record(name));
  });

  it('that are torn, foreign or say what they cannot are as good as none', async () => {
    const store = new DiskAttestationStore(folder);
    for (const name of ['torn', 'nobody', 'odd', 'good']) await store.put(PROJECT, record(name));
    const home = join(folder, 'v2', PROJECT);
    for (const file of await readdir(home)) {
      const path = join(home, file);
      const text = await readFile(path, 'utf8');
      if (text.includes('"torn"')) await truncate(path, 20);
      if (text.includes('"nobody"'))
        await writeFile(path, text.replace('["github:demo/demo"]', '[]'));
      if (text.includes('"odd"')) await writeFile(path, text.replace('github:', 'nowhere:'));
    }
    await writeFile(join(home, 'stranger.json'), JSON.stringify(record('stranger')));
    const again = new DiskAttestationStore(folder);
    const known = await again.known(PROJECT);
    for (const name of ['torn', 'nobody', 'odd', 'stranger', 'good'])
      assert.equal(known.find(name, SHA) !== undefined, name === 'good', name);
  });
});
