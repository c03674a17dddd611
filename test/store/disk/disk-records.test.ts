import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Sha256 } from '../../../src/domain/digest.js';
import type { Inspection } from '../../../src/domain/finding.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { INSPECTOR_VERSION } from '../../../src/inspection/inspector.js';
import { settingsName } from '../../../src/inspection/limits.js';
import { DiskAttestationStore } from '../../../src/store/disk/disk-attestation-store.js';
import { ANY_SETTINGS, DiskFindingsStore } from '../../../src/store/disk/disk-findings-store.js';
import { DiskPageStore } from '../../../src/store/disk/disk-page-store.js';
import { DiskRoom } from '../../../src/store/disk/disk-room.js';
import { DiskSeenStore } from '../../../src/store/disk/disk-seen-store.js';
import { attestationStoreContract } from '../contract/attestations.js';
import { findingsContract } from '../contract/findings.js';
import { pageStoreContract } from '../contract/pages.js';
import { seenStoreContract } from '../contract/seen.js';

const PROJECT = 'demo' as ProjectName;
const SHA = 'ab'.repeat(32) as Sha256;

function inspection(filename: string): Inspection {
  return {
    inspector: INSPECTOR_VERSION,
    sha256: SHA,
    filename,
    size: 10,
    findings: [{ code: 'pth-executable', rule: 'startup-hook', detail: 'x' }],
    memberDigests: '',
    memberCount: 1,
    inflatedBytes: 1,
  };
}

/** Stores upon a folder of their own. */
async function recordsIn<Store>(make: (folder: string) => Store) {
  const place = await mkdtemp(join(tmpdir(), 'wheelgate-records-'));
  const again = () => make(place);
  const close = () => rm(place, { recursive: true, force: true });
  return { place, store: again(), again, close };
}

const roomIn = (directory: string, maxBytes: number) => new DiskRoom({ directory, maxBytes });

findingsContract('a findings store on disk', async () => {
  const made = await recordsIn((place) => new DiskFindingsStore(place));
  const other = settingsName({ members: 3 });
  return { ...made, underOtherSettings: () => new DiskFindingsStore(made.place, other) };
});
pageStoreContract('a page store on disk', () =>
  recordsIn((place) => new DiskPageStore(place, roomIn(place, 1e9))),
);
attestationStoreContract('an attestation store on disk', () =>
  recordsIn((place) => new DiskAttestationStore(place)),
);
seenStoreContract('a store of seen bytes on disk', () =>
  recordsIn((place) => new DiskSeenStore(place)),
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wheelgate-records-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('findings on disk', () => {
  it('of a project that does not fit into memory are not read anew at each look-up, and each is found', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `demo-${at}.0.tar.gz`);
    const store = new DiskFindingsStore(folder, undefined, 40_000);
    for (const name of names) await store.put(PROJECT, inspection(name));
    const other = new DiskFindingsStore(folder, undefined, 40_000);
    for (const one of [store, other]) {
      const first = await one.known(PROJECT);
      assert.equal(await one.known(PROJECT), first);
      const inMemory = names.filter((name) => first.get(SHA, name) !== undefined);
      assert.ok(inMemory.length > 5 && inMemory.length < 12, `${inMemory.length} are in memory`);
      for (const name of names) assert.equal((await one.get(PROJECT, SHA, name))?.filename, name);
      assert.equal(await one.get(PROJECT, SHA, 'demo-99.0.tar.gz'), undefined);
    }
    await store.put(PROJECT, inspection('demo-0.0.tar.gz'));
    assert.ok((await store.known(PROJECT)).get(SHA, 'demo-0.0.tar.gz') !== undefined);
  });

  it('that were learnt since it was read count in what is bounded', async () => {
    const store = new DiskFindingsStore(folder, undefined, 20_000);
    const projects = Array.from({ length: 10 }, (_, at) => `demo${at}` as ProjectName);
    for (const project of projects) await store.known(project);
    const before = await store.known(projects[0]!);
    for (const project of projects)
      for (let at = 0; at < 4; at += 1) store.learn(project, inspection(`demo-${at}.tar.gz`));
    assert.notEqual(await store.known(projects[0]!), before);
  });

  it('are those of the settings that the store is for', async () => {
    const narrow = settingsName({ members: 3 });
    await new DiskFindingsStore(folder, narrow).put(PROJECT, inspection('narrow.whl'));
    await new DiskFindingsStore(folder).put(PROJECT, inspection('wide.whl'));
    const seen = async (settings?: string) => {
      const known = await new DiskFindingsStore(folder, settings).known(PROJECT);
      return ['narrow.whl', 'wide.whl'].filter((name) => known.get(SHA, name) !== undefined);
    };
    assert.deepEqual(await seen(narrow), ['narrow.whl']);
    assert.deepEqual(await seen(), ['wide.whl']);
    assert.deepEqual(await seen(settingsName({ inflate: 'needed' })), []);
    assert.deepEqual(await seen(ANY_SETTINGS), ['narrow.whl', 'wide.whl']);
  });

  it('come back from the disk where memory has no room for them', async () => {
    const store = new DiskFindingsStore(folder, 'any', 1);
    await store.put(PROJECT, inspection('a.whl'));
    await store.put(PROJECT, inspection('b.whl'));
    for (const name of ['a.whl', 'b.whl'])
      assert.deepEqual(await store.get(PROJECT, SHA, name), inspection(name));
  });

  it('that are torn, foreign or of an older inspector are as good as none', async () => {
    const store = new DiskFindingsStore(folder);
    for (const name of ['torn.whl', 'old.whl', 'good.whl'])
      await store.put(PROJECT, inspection(name));
    const home = join(folder, `v${INSPECTOR_VERSION}`, PROJECT);
    for (const file of await readdir(home)) {
      const path = join(home, file);
      const text = await readFile(path, 'utf8');
      if (text.includes('torn.whl')) await truncate(path, 20);
      if (text.includes('old.whl'))
        await writeFile(path, text.replace(/"inspector":\d+/, '"inspector":0'));
    }
    await writeFile(join(home, 'stranger.json'), JSON.stringify(inspection('stranger.whl')));
    const again = new DiskFindingsStore(folder);
    const known = await again.known(PROJECT);
    for (const name of ['torn.whl', 'old.whl', 'stranger.whl', 'good.whl'])
      assert.equal(known.get(SHA, name) !== undefined, name === 'good.whl', name);
  });
});

describe('pages on disk', () => {
  const room = (maxBytes: number) => roomIn(folder, maxBytes);
  const page = (body: string) => ({
    sent: { bytes: Buffer.from(body), encoding: 'identity' as const },
    contentType: 'text/html',
    url: 'http://x/simple/demo/',
    etag: '"e"',
    lastModified: undefined,
    checkedAt: 5,
  });

  it('are kept as they were sent, and packed where they were not', async () => {
    const store = new DiskPageStore(folder, room(1e6));
    const text = 'a page '.repeat(100);
    const sent = [
      { encoding: 'gzip' as const, bytes: gzipSync(text) },
      { encoding: 'br' as const, bytes: brotliCompressSync(text) },
      { encoding: 'identity' as const, bytes: Buffer.from(text) },
    ];
    for (const one of sent) {
      await store.put('pypi', PROJECT, { ...page(''), sent: one });
      const file = await readFile(join(folder, 'pypi', PROJECT));
      assert.ok(file.length < text.length, one.encoding);
      if (one.encoding !== 'identity') assert.ok(file.includes(one.bytes), one.encoding);
    }
  });

  it('that are torn are as good as none', async () => {
    const store = new DiskPageStore(folder, room(1e6));
    await store.put('pypi', PROJECT, page('x'.repeat(1_000)));
    const path = join(folder, 'pypi', PROJECT);
    await truncate(path, (await readFile(path)).length - 3);
    assert.equal(await store.get('pypi', PROJECT), undefined);
  });

  it('stay within their bound, the least recently used first', async () => {
    const bounded = room(300);
    const store = new DiskPageStore(folder, bounded);
    const names = ['a', 'b', 'c'] as ProjectName[];
    for (const name of names) {
      await store.put('pypi', name, page(name.repeat(50)));
      await store.get('pypi', 'a' as ProjectName);
    }
    const left = await readdir(join(folder, 'pypi'));
    assert.ok(bounded.bytes <= 300, String(bounded.bytes));
    assert.ok(left.includes('a') && !left.includes('b'), left.join());
  });
});
