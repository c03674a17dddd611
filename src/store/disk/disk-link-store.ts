import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { parseSha256 } from '../../domain/digest.js';
import { parseProjectName } from '../../domain/project-name.js';
import { type Linked, shortIdOf } from '../../domain/short-id.js';
import type { LinkStore } from '../link-store.js';
import {
  ANY_FILES,
  type DiskFiles,
  isMissing,
  NOT_OURS,
  readPlainFile,
  reasonOf,
} from './disk-files.js';

/** Links that are known to be stored: a file that is refused repeatedly is written once. */
const MEMORY_LINKS = 20_000;
/** Maximum number of files per id. More would require deliberate digest collisions. */
const MAX_FILES = 8;

/** Small JSON files `<directory>/<first two digits>/<id>.json`. */
export class DiskLinkStore implements LinkStore {
  readonly #directory: string;
  readonly #files: DiskFiles;
  readonly #noted = new LRUCache<string, true>({ max: MEMORY_LINKS });
  /** Pending writes: two files of one id must not overwrite each other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: string, files: DiskFiles = ANY_FILES) {
    this.#directory = directory;
    this.#files = files;
  }

  async find(id: string): Promise<readonly Linked[]> {
    const path = this.#pathOf(id);
    const bytes = await readPlainFile(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      this.#files.onUnreadable(path, reasonOf(error));
      throw error;
    });
    if (bytes === undefined) return [];
    const linked = readLinks(bytes.toString('utf8'));
    if (linked === undefined) this.#files.onUnreadable(path, NOT_OURS);
    return (linked ?? []).filter((one) => shortIdOf(one) === id);
  }

  async note({ project, filename, sha256 }: Linked): Promise<void> {
    const linked = { project, filename, sha256 };
    const key = keyOf(linked);
    if (this.#noted.get(key) === true) return;
    this.#noted.set(key, true);
    this.#writing = this.#writing
      .then(() => this.#write(linked))
      .catch(() => {
        // The decision log also contains it, and the next refusal retries.
        this.#noted.delete(key);
      });
    await this.#writing;
  }

  async #write(linked: Linked): Promise<void> {
    const id = shortIdOf(linked);
    const others = (await this.find(id)).filter((one) => keyOf(one) !== keyOf(linked));
    const all = [...others.slice(1 - MAX_FILES), linked];
    await this.#files.write(this.#pathOf(id), Buffer.from(JSON.stringify(all)));
  }

  #pathOf(id: string): string {
    return join(this.#directory, id.slice(0, 2), `${id}.json`);
  }
}

function keyOf({ project, filename, sha256 }: Linked): string {
  return `${project}/${filename}/${sha256}`;
}

function readLinks(text: string): Linked[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((one: { readonly [Key in keyof Linked]?: unknown } | null) => {
    const project = typeof one?.project === 'string' ? parseProjectName(one.project) : undefined;
    if (project === undefined || typeof one?.filename !== 'string') return [];
    return [{ project, filename: one.filename, sha256: parseSha256(one.sha256) }];
  });
}
