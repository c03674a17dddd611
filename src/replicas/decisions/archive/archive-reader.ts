import { LRUCache } from 'lru-cache';
import type { BackwardReader, DecisionQuery, SearchBack } from '../../../decisions/reader.js';
import { collect } from '../../../runtime/collect.js';
import type { Seal } from '../../seal.js';
import {
  type ArchivedName,
  FOLDER,
  indexKeyOf,
  isDay,
  isIndexKey,
  readArchivedKey,
} from './archive-names.js';
import { type Archived, type ArchiveFiles, ArchiveSearch } from './archive-search.js';
import type { ArchiveStates } from './archive-states.js';
import { type ArchivedIndex, readArchivedIndex } from './archived-values.js';
import { mapped } from './mapped.js';
import { type Objects, type StoredBytes, wordsOf } from './objects.js';

export interface ArchiveReaderParts {
  readonly objects: Objects;
  readonly seal: Seal;
  /** The replica's own name. */
  readonly self: string;
  /** Stamps of its own files on this machine, which need not be downloaded. */
  readonly here: () => Promise<ReadonlySet<string>>;
  /** The folder for files while they are read; it may be missing. */
  readonly folder: string;
  readonly onUnsigned: (count: number) => void;
  /** Reads each replica's statement about its uploads; a failure is reported elsewhere. */
  readonly states?: (signal: AbortSignal) => Promise<ArchiveStates>;
}

/** The memory limits of all indexes, and of one, in bytes. */
const MOST_MEMORY = 32 * 2 ** 20;
const LONGEST_INDEX = 16 * 2 ** 20;
/** The timeout for listing the archive, in milliseconds. */
const PATIENCE = 10_000;

/** Reads the rotated log files of all replicas from the archive: indexes first. */
export class ArchiveReader implements BackwardReader, ArchiveFiles {
  readonly #parts: ArchiveReaderParts;
  readonly #indexes = new LRUCache<string, ArchivedIndex>({
    maxSize: MOST_MEMORY,
    sizeCalculation: ({ index }) =>
      1_024 + index.projects.length + index.users.length + index.digests.length,
  });

  constructor(parts: ArchiveReaderParts) {
    this.#parts = parts;
  }

  async searchBack(query: DecisionQuery): Promise<SearchBack> {
    try {
      const here = await this.#parts.here();
      // Read first: files that are uploaded meanwhile are newer than the statement.
      const newest = await this.#newest(here);
      const { folder } = this.#parts;
      return new ArchiveSearch(this, await this.#days(), here, query, folder, newest);
    } catch (error) {
      return nothing(`the decisions in S3 cannot be listed: ${wordsOf(error)}`);
    }
  }

  /** The files that were rotated on a day, newest first. @param day such as `decisions/2026/11/26/` */
  async filesOf(day: string, here: ReadonlySet<string>): Promise<Archived[]> {
    const { objects, self, onUnsigned } = this.#parts;
    const { keys } = await objects.list(day, signal());
    const names = keys.flatMap((key) => (isIndexKey(key) ? (readArchivedKey(key) ?? []) : []));
    const wanted = names.filter(({ replica, stamp }) => replica !== self || !here.has(stamp));
    wanted.sort((a, b) => b.aside - a.aside);
    const all = await mapped(wanted, async (name) => ({ name, known: await this.#indexOf(name) }));
    const unsigned = all.filter(({ known }) => known === undefined).length;
    if (unsigned > 0) onUnsigned(unsigned);
    return all;
  }

  /** @throws if it is missing, or the transfer fails */
  async open({ key }: ArchivedName): Promise<StoredBytes> {
    const found = await this.#parts.objects.get(key, signal());
    if (found === undefined) throw new Error('not found');
    return found;
  }

  async #indexOf(name: ArchivedName): Promise<ArchivedIndex | undefined> {
    const known = this.#indexes.get(name.key);
    if (known !== undefined) return known;
    const { objects, seal } = this.#parts;
    const found = await objects.get(indexKeyOf(name), signal());
    if (found === undefined) return undefined;
    const bytes = await collect(found.body, LONGEST_INDEX, () => new Error('too large'));
    const index = readArchivedIndex(name.key, bytes, seal);
    if (index !== undefined) this.#indexes.set(name.key, index);
    return index;
  }

  async #newest(here: ReadonlySet<string>): Promise<ArchivedName[]> {
    const { states, self } = this.#parts;
    const said = await states?.(signal()).catch(() => undefined);
    const last = [...(said?.values() ?? [])].flatMap((state) => state.last ?? []);
    const names = last.flatMap((key) => readArchivedKey(key) ?? []);
    return names.filter(({ replica, stamp }) => replica !== self || !here.has(stamp));
  }

  /** All days with files, newest first. */
  async #days(): Promise<string[]> {
    let folders: readonly string[] = [FOLDER];
    for (let depth = 0; depth < 3; depth += 1) {
      const below = await Promise.all(
        folders.map((folder) => this.#parts.objects.list(folder, signal())),
      );
      folders = below.flatMap((listed) => listed.folders).filter((one) => /\/\d+\/$/.test(one));
    }
    return folders.filter(isDay).sort().reverse();
  }
}

function signal(): AbortSignal {
  return AbortSignal.timeout(PATIENCE);
}

function nothing(gap: string): SearchBack {
  return {
    gaps: [gap],
    reachesBackTo: async () => undefined,
    async *pieces() {},
  };
}
