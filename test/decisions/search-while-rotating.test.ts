import assert from 'node:assert/strict';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import { LOG_DISK, type LogDisk } from '../../src/decisions/log-disk.js';
import { writeRecord } from '../../src/decisions/record.js';
import { prune } from '../../src/decisions/retention.js';
import { tendFile } from '../../src/decisions/tend-file.js';
import { asideName, record } from './records.js';

/** What a log does to its files, in the steps between which a search can come. */
class Rotation {
  readonly #folder: string;
  #written = 0;
  #aside = 0;
  /** Records that the log has held, by their clients. */
  readonly kept = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get current(): string {
    return join(this.#folder, 'decisions.jsonl');
  }

  #at(number: number): string {
    return join(this.#folder, asideName(number));
  }

  async append(): Promise<void> {
    const client = `c${this.#written++}`;
    // Some are of another project: an index leaves out their files.
    const project = this.#written % 3 === 0 ? 'bad' : 'good';
    await appendFile(this.current, writeRecord(record(client, { project })));
    this.kept.add(`${project} ${client}`);
  }

  async rotate(): Promise<void> {
    await rename(this.current, this.#at(this.#aside++)).catch(() => {});
  }

  /** The last file put aside is compressed: both are there. */
  async compress(): Promise<void> {
    const path = this.#at(this.#aside - 1);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return;
    await writeFile(`${path}.gz.part`, gzipSync(bytes));
    await rename(`${path}.gz.part`, `${path}.gz`);
  }

  /** And the plain one goes. */
  async removePlain(): Promise<void> {
    const path = this.#at(this.#aside - 1);
    if ((await readFile(`${path}.gz`).catch(() => undefined)) !== undefined)
      await unlink(path).catch(() => {});
  }

  async tend(): Promise<void> {
    for (let number = 0; number < this.#aside; number += 1)
      await tendFile({ path: this.#at(number), compress: number % 2 === 0 }).catch(() => {});
  }

  async prune(): Promise<void> {
    await prune(this.current, { keep: 3 });
    const left = new Set(await clientsIn(new FileDecisionReader(this.#folder), {}));
    for (const one of this.kept) if (!left.has(one)) this.kept.delete(one);
  }
}

const STEPS = ['append', 'rotate', 'compress', 'removePlain', 'tend', 'prune'] as const;

async function clientsIn(
  reader: FileDecisionReader,
  query: Parameters<FileDecisionReader['search']>[0],
): Promise<string[]> {
  const found: string[] = [];
  for await (const { project, client } of (await reader.search(query)).records())
    found.push(`${project} ${client}`);
  return found;
}

/** The disk, with something happening before each of its answers. */
function interrupted(happens: () => Promise<void>): LogDisk {
  const first = <Args extends unknown[], Answer>(answer: (...args: Args) => Promise<Answer>) => {
    return async (...args: Args): Promise<Answer> => {
      await happens();
      return answer(...args);
    };
  };
  return {
    readdir: first(LOG_DISK.readdir),
    stat: first(LOG_DISK.stat),
    readFile: first(LOG_DISK.readFile),
    open: first(LOG_DISK.open),
  };
}

describe('a search while the log rotates', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-rotating-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A log of several files, some of them indexed. */
  async function begin(): Promise<Rotation> {
    const rotation = new Rotation(folder);
    for (let file = 0; file < 3; file += 1) {
      for (let count = 0; count < 4; count += 1) await rotation.append();
      await rotation.rotate();
      if (file < 2) await rotation.tend();
    }
    for (let count = 0; count < 4; count += 1) await rotation.append();
    return rotation;
  }

  /** Searches while steps are made, and says whether what the log held all the while was found, once each. */
  async function searched(
    rotation: Rotation,
    query: Parameters<FileDecisionReader['search']>[0],
    happens: () => Promise<void>,
  ): Promise<void> {
    const before = [...rotation.kept];
    const search = await new FileDecisionReader(folder, interrupted(happens)).search(query);
    const wanted = before
      .filter((one) => rotation.kept.has(one))
      .filter((one) => query.project === undefined || one.startsWith(`${query.project} `));
    // From here on the files are held: whatever becomes of them changes nothing.
    await rotation.rotate();
    await rotation.tend();
    await prune(rotation.current, { keep: 0 });
    const found: string[] = [];
    for await (const { project, client } of search.records()) found.push(`${project} ${client}`);
    assert.deepEqual(search.gaps, []);
    assert.equal(new Set(found).size, found.length, `one was found twice: ${found}`);
    assert.deepEqual(
      wanted.filter((one) => !found.includes(one)),
      [],
    );
  }

  for (const project of [undefined, 'bad' as const])
    it(`finds every record once, whatever step comes before whichever question (${project ?? 'all'})`, async () => {
      const query = project === undefined ? {} : { project: project as never };
      for (const steps of [
        ['rotate'],
        ['rotate', 'append'],
        ['compress', 'removePlain'],
        ['rotate', 'append', 'compress', 'removePlain', 'tend', 'prune'],
      ] as const)
        for (let at = 0, asked = at; at <= asked; at += 3) {
          await rm(folder, { recursive: true });
          await mkdir(folder);
          const rotation = await begin();
          asked = 0;
          // One step before each question from that on.
          await searched(rotation, query, async () => {
            const step = steps[asked++ - at];
            if (step !== undefined) await rotation[step]();
          });
        }
    });

  it('finds every record once, however the steps and the questions fall', async () => {
    let seed = Number(process.env.FUZZ_SEED ?? 12);
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let run = 0; run < 25; run += 1) {
      await rm(folder, { recursive: true });
      await mkdir(folder);
      const rotation = await begin();
      let left = 12;
      const query = random(2) === 0 ? {} : { project: 'bad' as never };
      await searched(rotation, query, async () => {
        while (left > 0 && random(4) === 0) {
          left -= 1;
          await rotation[STEPS[random(STEPS.length)]!]();
        }
      });
    }
  });
});
