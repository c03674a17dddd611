import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileDecisionLog } from '../../../src/decisions/file-log.js';
import { LogSearch } from '../../../src/decisions/log-search.js';
import { rotatedFiles } from '../../../src/decisions/retention.js';
import { tendFile } from '../../../src/decisions/tend-file.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { exposureBack } from '../../../src/exposure/exposure-back.js';
import {
  ARCHIVED_DIFFERS,
  archivedForeign,
  archivedMissing,
  archivedUnreadable,
} from '../../../src/messages/decisions.js';
import { archivedName } from '../../../src/replicas/decisions/archive/archive-names.js';
import { ArchiveReader } from '../../../src/replicas/decisions/archive/archive-reader.js';
import { StatesReader } from '../../../src/replicas/decisions/archive/archive-states.js';
import type { Objects } from '../../../src/replicas/decisions/archive/objects.js';
import { Uploading } from '../../../src/replicas/decisions/archive/uploading.js';
import { missingOf } from '../../../src/replicas/decisions/missing.js';
import { Seal } from '../../../src/replicas/seal.js';
import { record } from '../../decisions/records.js';
import { ANY, saying } from '../../support/messages.js';

const SEAL = new Seal('the secret that all replicas have');
const START = Date.UTC(2026, 4, 5, 9, 14);
const HOUR = 3_600_000;
const project = 'bad' as ProjectName;

/** A bucket in memory, of which a test sees what is asked. */
class Bucket implements Objects {
  readonly objects = new Map<string, Buffer>();
  asked: string[] = [];
  trouble: Error | undefined;

  async get(key: string) {
    this.#ask(`get ${key}`);
    const bytes = this.objects.get(key);
    return bytes && { size: bytes.length, body: Readable.from([bytes]) };
  }

  async put(key: string, body: () => Readable) {
    this.#ask(`put ${key}`);
    this.objects.set(key, Buffer.concat(await body().toArray()));
  }

  async list(prefix: string) {
    this.#ask(`list ${prefix}`);
    const [keys, folders] = [new Set<string>(), new Set<string>()];
    for (const key of this.objects.keys()) {
      if (!key.startsWith(prefix)) continue;
      const slash = key.indexOf('/', prefix.length);
      if (slash === -1) keys.add(key);
      else folders.add(key.slice(0, slash + 1));
    }
    return { keys: [...keys].sort(), folders: [...folders].sort() };
  }

  #ask(what: string): void {
    this.asked.push(what);
    if (this.trouble !== undefined) throw this.trouble;
  }

  files(): string[] {
    return [...this.objects.keys()].filter((key) => key.endsWith('.gz')).sort();
  }
}

describe('the decisions of replicas in a bucket', () => {
  let folder: string;
  let bucket: Bucket;
  let now: number;
  const toClose: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-archive-'));
    bucket = new Bucket();
    now = START;
  });
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A replica's log, of which all that is put aside goes into the bucket. */
  async function replica(name: string, settings: { keep?: number; room?: number } = {}) {
    const file = join(folder, name, 'decisions.jsonl');
    await mkdir(join(folder, name), { recursive: true });
    const lost: string[] = [];
    const troubles: (string | undefined)[] = [];
    const uploading: Uploading = new Uploading(
      { replica: name, log: file, memory: join(folder, name, 'archived.json') },
      {
        objects: bucket,
        seal: SEAL,
        every: () => () => {},
        now: () => now,
        putAside: () => log.putAside(),
        onPut: () => {},
        onTrouble: (detail) => void troubles.push(detail),
      },
    );
    const { keep = 10, room = 1e6 } = settings;
    const log: FileDecisionLog = new FileDecisionLog(
      { file, maxBytes: 1e6, keep, room, compress: true, fsync: false },
      () => now,
      {
        tend: tendFile,
        isOwed: (path) => uploading.isOwed(path),
        onLost: (path) => void lost.push(path),
      },
    );
    await log.open();
    await uploading.begin();
    await uploading.look();
    return {
      name,
      uploading,
      lost,
      troubles,
      append: async (...clients: string[]) => {
        for (const client of clients) {
          now += 1_000;
          const time = new Date(now).toISOString();
          await log.append(record(client, { time, replica: name, request: client }));
        }
      },
      /** The next hour begins. */
      hour: async () => {
        now = Math.ceil((now + 1) / HOUR) * HOUR;
        await uploading.look();
        while ((await rotatedFiles(file)).some(({ endings }) => endings.has('')))
          await new Promise(setImmediate);
        await uploading.look();
      },
      stop: async () => {
        await log.putAside();
        await log.close();
        await uploading.close();
      },
      kill: () => log.close(),
      local: async () => (await readdir(join(folder, name))).filter((one) => one.endsWith('.gz')),
    };
  }

  function reader(self = 'me', here: readonly string[] = []) {
    return new ArchiveReader({
      objects: bucket,
      seal: SEAL,
      self,
      here: async () => new Set(here),
      folder: join(folder, 'read'),
      onUnsigned: () => {},
    });
  }
  const given = async (search = reader(), question = {}) => {
    const { requests, gaps } = await exposureBack(
      new LogSearch(search),
      { project, ...question },
      100,
    );
    return { clients: requests.map(({ client }) => client), gaps };
  };
  const missing = async () => {
    const states = new StatesReader({
      objects: bucket,
      seal: SEAL,
      now: () => now,
      onUnsigned: () => {},
    });
    const signal = AbortSignal.timeout(10_000);
    const all = { self: 'me', now, replicas: [], heard: [], missed: [], heardSince: undefined };
    return missingOf({ ...all, states: () => states.states(signal) });
  };

  it('are put there every hour and at the end, and found by any other', async () => {
    const [a, b] = [await replica('a'), await replica('b')];
    await a.append('1', '2');
    await b.append('3');
    await a.hour();
    await b.hour();
    assert.match(
      bucket.files()[0]!,
      /^decisions\/2026\/05\/05\/10-a-20260505T100000000Z0000\.jsonl\.gz$/,
    );
    await a.append('4');
    await b.append('5');
    assert.deepEqual(await given(), { clients: ['1', '2', '3'], gaps: [] });
    await a.stop();
    await b.stop();
    assert.deepEqual(await given(), { clients: ['1', '2', '3', '4', '5'], gaps: [] });
    assert.equal((await a.local()).length, 2, 'the machine keeps its own');
    assert.deepEqual((await given(reader(), { since: now - 500 })).clients, ['5']);
    assert.deepEqual((await given(reader(), { since: now + 1 })).clients, []);
  });

  it('are looked for in the indexes first, and only in files that may hold them', async () => {
    const a = await replica('a');
    await a.append('1');
    await a.hour();
    await a.append('2');
    await a.hour();
    await a.stop();
    const search = reader();
    bucket.asked = [];
    assert.deepEqual(await given(search, { project: 'other' as ProjectName }), {
      clients: [],
      gaps: [],
    });
    assert.equal(bucket.asked.filter((what) => what.endsWith('.jsonl.gz')).length, 0);
    bucket.asked = [];
    await given(search, { until: START + HOUR / 2 });
    assert.equal(
      bucket.asked.filter((what) => what.startsWith('get')).length,
      1,
      'indexes are kept',
    );
  });

  it('wait here while the bucket takes nothing, longer than others are kept, and are put there later', async () => {
    const a = await replica('a', { keep: 1, room: 300 });
    bucket.trouble = new Error('503 SlowDown');
    for (const client of ['1', '2']) {
      await a.append(client);
      await a.hour();
    }
    assert.equal((await a.local()).length, 2);
    assert.deepEqual(a.troubles.at(-1), '503 SlowDown');
    bucket.trouble = undefined;
    now += 10 * 60_000;
    await a.uploading.look();
    assert.equal(a.troubles.at(-1), undefined);
    assert.deepEqual((await given()).clients, ['1', '2']);
    await a.append('3');
    await a.hour();
    await a.append('4');
    await a.hour();
    assert.ok((await a.local()).length < 4, 'what is there need not be here');
    assert.deepEqual(a.lost, []);
    assert.deepEqual((await given()).clients, ['1', '2', '3', '4']);
    await a.stop();
  });

  it('are put there once more after a crash that has forgotten that they are', async () => {
    const a = await replica('a');
    await a.append('1');
    await a.hour();
    await a.append('2');
    await a.kill();
    await rm(join(folder, 'a', 'archived.json'));
    const again = await replica('a');
    await again.hour();
    assert.deepEqual(await given(), { clients: ['1', '2'], gaps: [] });
    await again.stop();
  });

  it('need not be fetched from there by who has them', async () => {
    const a = await replica('a');
    await a.append('1');
    await a.hour();
    const here = [archivedName('a', '2026-05-05T10-00-00.000Z', 0).stamp];
    assert.deepEqual((await given(reader('a', here))).clients, []);
    assert.deepEqual((await given(reader('b', here))).clients, ['1']);
    await a.stop();
  });

  it('are a gap where somebody has changed, removed or made a file or an index', async () => {
    const a = await replica('a');
    for (const client of ['1', '2', '3']) {
      await a.append(client);
      await a.hour();
    }
    await a.stop();
    const before = new Map(bucket.objects);
    const [first, second, third] = bucket.files();
    const changed = async (change: () => void) => {
      bucket.objects.clear();
      for (const [key, bytes] of before) bucket.objects.set(key, bytes);
      change();
      return given();
    };
    const bytes = before.get(second!)!;
    const altered = await changed(() =>
      bucket.objects.set(second!, Buffer.from(bytes).fill(0, 20, 24)),
    );
    assert.deepEqual(altered.clients, ['1', '3']);
    assert.match(altered.gaps.join(), saying(archivedUnreadable(second!, ARCHIVED_DIFFERS)));
    const longer = await changed(() => bucket.objects.set(second!, Buffer.concat([bytes, bytes])));
    assert.match(longer.gaps.join(), /longer/);
    const gone = await changed(() => bucket.objects.delete(second!));
    assert.match(gone.gaps.join(), /not found/);
    const both = await changed(() => {
      bucket.objects.delete(second!);
      bucket.objects.delete(`${second!}.idx`);
    });
    assert.deepEqual(both.clients, ['1', '3']);
    assert.match(both.gaps.join(), saying(archivedMissing(second!)));
    const index = before.get(`${third}.idx`)!;
    const moved = await changed(() => bucket.objects.set(`${first}.idx`, index));
    assert.match(moved.gaps.join(), saying(archivedForeign(ANY)));
  });

  it('are missing by name where a replica has put nothing there for two hours, unless it has ended', async () => {
    const [a, b] = [await replica('wheelgate-1'), await replica('wheelgate-2')];
    await a.append('1');
    await a.hour();
    await b.stop();
    now += 1.9 * HOUR;
    assert.deepEqual(await missing(), []);
    now += 0.2 * HOUR;
    const upTo = '2026-05-05T10:00:00.000Z';
    assert.deepEqual(await missing(), [
      { replica: 'wheelgate-1', from: upTo, to: undefined, why: 'archive' },
    ]);
    // One that has nothing to put there says so.
    await a.hour();
    assert.deepEqual(await missing(), []);
    await a.kill();
  });

  it('are missing, all of them, where the bucket does not answer', async () => {
    const a = await replica('a');
    await a.append('1');
    await a.hour();
    bucket.trouble = new Error('no answer within 3000 ms');
    const { clients, gaps } = await given();
    assert.deepEqual(clients, []);
    assert.match(gaps.join(), /cannot be listed: no answer/);
    assert.equal((await missing()).length, 1);
    bucket.trouble = undefined;
    await a.stop();
  });
});
