import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RedisLine } from '../../../src/redis/redis-line.js';
import { type BundledFile, readBundle, writeBundle } from '../../../src/replicas/policy/bundle.js';
import { KeptBundle } from '../../../src/replicas/policy/kept-bundle.js';
import { SharedPolicy } from '../../../src/replicas/policy/shared-policy.js';
import { Seal } from '../../../src/replicas/seal.js';
import { openRedisLine } from '../../support/open-redis-line.js';
import { type RedisServer, redisProgram, startRedis } from '../../support/redis-servers.js';

const { skip } = redisProgram();
const SEAL = new Seal('the secret that all replicas have');

describe('the policy that replicas share through Redis', { skip }, () => {
  let server: RedisServer;
  let line: RedisLine;
  let folder: string;
  let replicas: Replica[];

  before(async () => {
    server = await startRedis();
  });
  after(() => server.close());
  beforeEach(async () => {
    await server.ask.flushall();
    line = await openRedisLine(server.url);
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-shared-'));
    replicas = [];
  });
  afterEach(async () => {
    for (const one of replicas) await one.shared.close();
    line.close();
    await rm(folder, { recursive: true, force: true });
  });

  interface Replica {
    readonly shared: SharedPolicy;
    readonly seal: Seal;
    /** What holds, and where it has come from. */
    holds: string;
    own: string;
    readonly events: string[];
    /** The own folder says something else by now. */
    edit(text: string): Promise<void>;
    close(): Promise<void>;
  }

  /** One whose folder has a file of this text, with a disk that outlives it. */
  async function replica(
    name: string,
    own: string,
    seal = SEAL,
    filename = 'own.yaml',
  ): Promise<Replica> {
    const kept = new KeptBundle(join(folder, name), seal);
    const one = { own, holds: '', events: [] as string[] };
    const filesOf = (text: string): BundledFile[] => [{ name: filename, text }];
    // As the watcher of the policy does it.
    const read = async () => {
      const paths = await shared.paths();
      const isOwn = paths[0] === 'own';
      one.holds = isOwn ? one.own : (shared.inForce?.files[0]?.text ?? 'none');
      shared.taken(paths, filesOf(one.holds));
    };
    const shared: SharedPolicy = await SharedPolicy.open({
      self: name,
      own: ['own'],
      line,
      seal,
      kept,
      every: () => () => {},
      now: () => 0,
      readOwn: async () => filesOf(one.own),
      problemsIn: async (tried) =>
        (await readdir(tried)).join() === 'own.yaml' ? [] : ['another file'],
      reload: read,
      highest: () =>
        Math.max(
          0,
          // Those with another secret are strangers.
          ...replicas
            .filter((other) => other.shared !== shared && other.seal === seal)
            .map((other) => other.shared.seq ?? 0),
        ),
      onEvent: ({ kind }) => void one.events.push(kind),
    });
    await read();
    const made: Replica = Object.assign(one, {
      shared,
      seal,
      edit: async (text: string) => {
        one.own = text;
        await read();
        await shared.look();
      },
      close: async () => {
        replicas = replicas.filter((other) => other !== made);
        await shared.close();
      },
    });
    replicas.push(made);
    await shared.begin();
    return made;
  }
  const look = async () => {
    for (const one of replicas) await one.shared.look();
  };
  const held = () => replicas.map(({ holds }) => holds);
  const key = () => line.key('policy');

  it('is the first one’s, then that of the last edit, whoever makes it', async () => {
    const a = await replica('a', 'one');
    const b = await replica('b', 'one');
    await a.edit('two');
    await look();
    assert.deepEqual(held(), ['two', 'two']);
    await b.edit('three');
    await look();
    assert.deepEqual(held(), ['three', 'three']);
    await a.edit('two, again');
    await look();
    assert.deepEqual(held(), ['two, again', 'two, again']);
    assert.deepEqual(a.events, ['published', 'published', 'taken', 'published']);
  });

  it('is not kept from the others by a folder whose file has a name that cannot be shared', async () => {
    const b = await replica('b', 'one');
    const a = await replica('a', 'two', SEAL, 'policy');
    await look();
    await b.edit('three');
    await look();
    assert.ok(!a.events.includes('published'));
    assert.equal(b.events.at(-1), 'published');
  });

  it('is put right where its key is of another kind', async () => {
    const [a] = [await replica('a', 'one'), await replica('b', 'one')];
    await server.ask.del(key());
    await server.ask.lpush(key(), 'x');
    await a.edit('two');
    await look();
    await look();
    assert.deepEqual(held(), ['two', 'two']);
  });

  it('stays what it is while all are given another secret, one after the other', async () => {
    const [a, b] = [await replica('a', 'old'), await replica('b', 'old')];
    await a.edit('new');
    await look();
    const other = new Seal('another secret, for all of them');
    await a.close();
    await replica('a', 'new', other);
    await look();
    await b.close();
    await replica('b', 'old', other);
    await look();
    await look();
    assert.deepEqual(held(), ['new', 'new']);
  });

  it('is that of the second of two that edit at the same time', async () => {
    const [a, b] = [await replica('a', 'one'), await replica('b', 'one')];
    await Promise.all([a.edit('of a'), b.edit('of b')]);
    await look();
    await look();
    assert.equal(new Set(held()).size, 1);
    assert.ok(['of a', 'of b'].includes(a.holds));
    assert.equal(a.shared.seq, b.shared.seq);
  });

  it('outlives a restart, and gives way to an edit that was made meanwhile', async () => {
    const a = await replica('a', 'one');
    const b = await replica('b', 'one');
    await a.edit('two');
    await look();
    await b.close();
    const again = await replica('b', 'one');
    assert.equal(again.holds, 'two');
    await again.close();
    await replica('b', 'an edit');
    await look();
    assert.deepEqual(held(), ['an edit', 'an edit']);
  });

  it('holds from the disk where Redis is away, and until it is back', async () => {
    const [a, b] = [await replica('a', 'one'), await replica('b', 'one')];
    await a.edit('two');
    await look();
    await b.close();
    await server.stop();
    try {
      const again = await replica('b', 'one');
      assert.equal(again.holds, 'two');
      await again.edit('while it is away');
      assert.equal(again.holds, 'while it is away');
    } finally {
      await server.start();
      line.close();
      line = await openRedisLine(server.url);
    }
  });

  it('is not what a folder has that was in force before: of a replica that is new, or was away', async () => {
    const a = await replica('a', 'one');
    const b = await replica('b', 'one');
    await a.edit('two');
    await b.close();
    await a.edit('three');
    await replica('b', 'two');
    await replica('c', 'one');
    assert.deepEqual(held(), ['three', 'three', 'three']);
  });

  it('is put right where somebody removes it, or puts an old one or one of his own back', async () => {
    const [a, b] = [await replica('a', 'one'), await replica('b', 'one')];
    const old = (await server.ask.getBuffer(key()))!;
    await a.edit('two');
    await look();
    const current = (await server.ask.getBuffer(key()))!;
    const forged = {
      seq: 99,
      by: 'x',
      at: 0,
      files: [{ name: 'own.yaml', text: 'evil' }],
      past: [],
    };
    for (const value of [
      undefined,
      old,
      writeBundle(forged, new Seal('another secret'))!,
      Buffer.from('no bundle at all'),
      Buffer.alloc(3 * 2 ** 20),
    ]) {
      if (value === undefined) await server.ask.del(key());
      else await server.ask.set(key(), value);
      // One that is new meanwhile believes none of it.
      const fresh = await replica('c', 'one');
      await look();
      await look();
      assert.deepEqual(held(), ['two', 'two', 'two']);
      assert.ok((await server.ask.getBuffer(key()))!.equals(current));
      await fresh.close();
      await rm(join(folder, 'c'), { recursive: true, force: true });
    }
    assert.equal(b.holds, 'two');
  });

  it('does not hold where it does not validate', async () => {
    const a = await replica('a', 'one');
    const value = writeBundle(
      { seq: 5, by: 'x', at: 0, files: [{ name: 'other.yaml', text: 'two' }], past: [] },
      SEAL,
    )!;
    await server.ask.set(key(), value);
    await look();
    await look();
    assert.equal(a.holds, 'one');
    assert.deepEqual(a.events, ['published', 'refused']);
    await a.edit('six');
    assert.equal(a.shared.seq, 6);
  });

  it('has no files with names that lead elsewhere', () => {
    for (const name of [
      '../a.yaml',
      '/etc/a.yaml',
      '.hidden.yaml',
      'a/b.yaml',
      'a.txt',
      'c:\\a.yaml\u0000',
    ]) {
      const bundle = { seq: 1, by: 'x', at: 0, files: [{ name, text: '' }], past: [] };
      assert.equal(writeBundle(bundle, SEAL), undefined, name);
      const written = SEAL.seal(['policy'], gzipSync(JSON.stringify(bundle)));
      assert.equal(readBack(written), undefined, name);
    }
  });
});

function readBack(sealed: Buffer) {
  return readBundle(sealed, SEAL);
}
