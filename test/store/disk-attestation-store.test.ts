import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Attestation, AttestationRecord } from '../../src/domain/attestation.js';
import type { Sha256 } from '../../src/domain/digest.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import type { PublisherId } from '../../src/domain/publisher.js';
import { DiskAttestationStore } from '../../src/store/disk/disk-attestation-store.js';

const PROJECT = 'demo' as ProjectName;
const BY: Attestation = { kind: 'attested', publishers: ['github:demo/demo' as PublisherId] };

function record(
  filename: string,
  attestation: Attestation = BY,
  askAgainAt = Infinity,
): AttestationRecord {
  return { filename, sha256: 'ab'.repeat(32) as Sha256, attestation, askAgainAt };
}

describe('attestations on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-attestations-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('come back, in this process and the next, with their end', async () => {
    const store = new DiskAttestationStore(folder);
    const doubtful = record('b.whl', { kind: 'unverifiable', reason: 'odd' }, 5);
    await store.put(PROJECT, record('a.whl'));
    await store.put(PROJECT, doubtful);
    for (const reader of [store, new DiskAttestationStore(folder)]) {
      const known = await reader.known(PROJECT);
      assert.deepEqual(known.get('a.whl'), record('a.whl'));
      assert.deepEqual(known.get('b.whl'), doubtful);
      assert.equal(known.size, 2);
      assert.equal((await reader.known('other' as ProjectName)).size, 0);
    }
  });

  it('of a file are the last that were put; what was read before does not change', async () => {
    const store = new DiskAttestationStore(folder);
    const before = await store.known(PROJECT);
    await store.put(PROJECT, record('a.whl', { kind: 'unverifiable', reason: 'odd' }, 5));
    await store.put(PROJECT, record('a.whl'));
    assert.deepEqual([...(await store.known(PROJECT)).values()], [record('a.whl')]);
    assert.equal(before.size, 0);
  });

  it('come back from the disk where memory has no room for them', async () => {
    const store = new DiskAttestationStore(folder, 1);
    await store.put(PROJECT, record('a.whl'));
    await store.put(PROJECT, record('b.whl'));
    assert.deepEqual([...(await store.known(PROJECT)).keys()].sort(), ['a.whl', 'b.whl']);
  });

  it('that are torn, foreign or say what they cannot are as good as none', async () => {
    const store = new DiskAttestationStore(folder);
    for (const name of ['torn', 'nobody', 'odd', 'good']) await store.put(PROJECT, record(name));
    const home = join(folder, 'v1', PROJECT);
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
    assert.deepEqual([...(await again.known(PROJECT)).keys()], ['good']);
  });
});
