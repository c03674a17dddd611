import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Failure } from '../domain/failure.js';
import { type Span, within } from '../domain/span.js';
import { withDeadline } from '../runtime/deadline.js';
import { moveFile } from '../runtime/move-file.js';
import { temporaryName } from '../store/disk/temporary-name.js';
import type { Upstream, Validators } from '../upstream/upstream.js';
import { readListInThread, writeListsInThread } from './list/list-in-thread.js';
import type { WrittenLists } from './list/write-list.js';
import type { PageEncoding, PageForm } from './project-pages.js';

/** A list on disk, prepared for every client with this form and encoding. */
export interface ListBody {
  /** Strong, quoted, one per form and encoding. */
  readonly etag: string;
  readonly contentEncoding: PageEncoding;
  readonly size: number;
  /** Opens it; the caller reads it to its end, or destroys it. */
  read(): Promise<Readable>;
}

/** The list of all projects, `/simple/`: hardly any installer asks for it, mirrors and tab completion do. */
export interface ProjectList {
  /** @throws {Failure} upstream-broken, upstream-unreachable, overloaded */
  open(form: PageForm, encoding: PageEncoding): Promise<ListBody>;
}

/** PyPI's list has some 700,000 names, and is asked for rarely: it is not kept for long. */
const TTL = 10 * 60_000;
/** One that an index added nothing new to, because it failed, is asked for again after this, in milliseconds. */
const ASK_AGAIN = 30_000;
/** Maximum wait for the update of an existing list, in milliseconds. */
const STALE_AFTER = 2_000;
/** Suffixes after an index's name: its names, and its incoming response. */
const NAMES = '.names.gz';
const COMING = '.coming';

interface Current {
  readonly lists: WrittenLists;
  readonly fresh: Span;
}

/**
 * Joins the lists of all upstreams. They may have any length, so they are never in memory: an index's response is
 * written to disk, a thread reads its names and writes the joined list in each form, and clients receive it from there.
 */
export class ProjectListService implements ProjectList {
  readonly #upstreams: readonly Upstream[];
  readonly #folder: string;
  readonly #now: () => number;
  readonly #validators = new Map<Upstream, Validators>();
  #current: Current | undefined;
  #loading: Promise<Current> | undefined;

  /** @param folder this process's own */
  constructor(upstreams: readonly Upstream[], folder: string, now: () => number) {
    this.#upstreams = upstreams;
    this.#folder = folder;
    this.#now = now;
  }

  async open(form: PageForm, encoding: PageEncoding): Promise<ListBody> {
    const { [form]: list } = (await this.#load()).lists;
    return {
      etag: `"${list.digest}-${encoding}"`,
      contentEncoding: encoding,
      size: list.size[encoding],
      read: () => this.#read(list.files[encoding === 'br' ? 'br' : 'gzip'], encoding),
    };
  }

  async #read(path: string, encoding: PageEncoding): Promise<Readable> {
    try {
      const file = (await open(path)).createReadStream();
      if (encoding !== 'identity') return file;
      const unpacked = createGunzip();
      // A client's disconnection ends both.
      pipeline(file, unpacked).catch(() => {});
      return unpacked;
    } catch (cause) {
      // The file was removed: it is created again for the next request.
      this.#current = undefined;
      throw notKept(cause);
    }
  }

  async #load(): Promise<Current> {
    const current = this.#current;
    if (current !== undefined && within(current.fresh, this.#now())) return current;
    this.#loading ??= this.#refresh().finally(() => {
      this.#loading = undefined;
    });
    if (current === undefined) return this.#loading;
    return withDeadline(STALE_AFTER, this.#loading).catch(() => current);
  }

  /**
   * An index without a list, or with a temporary failure, contributes its last one, and never fails the joined list.
   */
  async #refresh(): Promise<Current> {
    await mkdir(this.#folder, { recursive: true }).catch(failNotKept);
    const before = await this.#kept();
    const asked = await Promise.allSettled(this.#upstreams.map((one) => this.#ask(one, before)));
    const kept = await this.#kept();
    const isChanged = asked.some((one) => one.status === 'fulfilled' && one.value);
    const failed = asked.find((one) => one.status === 'rejected');
    const isKnown = this.#upstreams.some(({ name }) => kept.has(name + NAMES));
    if (failed !== undefined && !isKnown) throw failed.reason;
    const lists = this.#current !== undefined && !isChanged ? this.#current.lists : undefined;
    const from = this.#now();
    this.#current = {
      lists: lists ?? (await this.#write(kept)),
      fresh: { from, until: from + (failed === undefined ? TTL : ASK_AGAIN) },
    };
    return this.#current;
  }

  /** The names of the folder's files. */
  async #kept(): Promise<ReadonlySet<string>> {
    return new Set(await readdir(this.#folder).catch(failNotKept));
  }

  /** Returns whether its list may have changed. */
  async #ask(upstream: Upstream, kept: ReadonlySet<string>): Promise<boolean> {
    const isKept = kept.has(upstream.name + NAMES);
    const names = join(this.#folder, upstream.name + NAMES);
    const coming = join(this.#folder, upstream.name + COMING);
    try {
      const answer = await upstream.fetchProjectList(
        (body) => pipeline(body, createWriteStream(coming)).catch(failNotKept),
        isKept ? this.#validators.get(upstream) : undefined,
      );
      if (answer.kind === 'unchanged') return false;
      this.#validators.delete(upstream);
      if (answer.kind === 'absent') {
        await rm(names, { force: true });
        return true;
      }
      const { encoding, contentType, etag, lastModified } = answer;
      const to = `${names}${COMING}`;
      await readListInThread({ path: coming, encoding, contentType, to }).catch((cause) => {
        throw OURS.test(String(cause.message)) ? notKept(cause) : unreadable(upstream.name, cause);
      });
      await moveFile(to, names);
      this.#validators.set(upstream, { etag, lastModified });
      return true;
    } finally {
      await rm(coming, { force: true });
    }
  }

  async #write(kept: ReadonlySet<string>): Promise<WrittenLists> {
    const prefix = temporaryName();
    const lists = await writeListsInThread({
      indexes: this.#upstreams.map(({ name, claimed }) => ({
        names: kept.has(name + NAMES) ? join(this.#folder, name + NAMES) : undefined,
        claims: claimed,
      })),
      folder: this.#folder,
      prefix,
    }).catch(async (cause) => {
      // Partial files would continue to occupy the room that is lacking.
      const partly = [...(await this.#kept())].filter((name) => name.startsWith(prefix));
      await this.#remove(partly);
      return failNotKept(cause);
    });
    // Readers with an open file continue.
    await this.#remove([...kept].filter((name) => !name.endsWith(NAMES)));
    return lists;
  }

  async #remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#folder, name), { force: true });
  }
}

/** Error messages of our own disk. */
const OURS = /^E[A-Z]{3,}: /;

function unreadable(upstream: string, cause: Error): Failure {
  const what = `The upstream ${upstream} sent an invalid list.`;
  return new Failure('upstream-broken', what, { cause });
}

function notKept(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  return new Failure('overloaded', 'The list of projects cannot be stored.', { cause });
}

function failNotKept(cause: unknown): never {
  throw notKept(cause);
}
