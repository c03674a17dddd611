import { asFailure, Failure } from '../domain/failure.js';
import { bearsOut } from '../domain/integrity.js';
import type { FillNews, Leases, OurLease, TheirLease } from '../fleet/leases.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import type { BytesAt } from '../store/bytes.js';
import type { Decider } from './decider.js';
import type { Fill } from './fill.js';
import { FillReader } from './fill-reader.js';
import type { LeftBytes } from './left-bytes.js';
import type { Obtainer } from './obtainer.js';
import { flightKey, knownDigest, NOT_READY, type OwnTask, recognise, type Task } from './task.js';

export interface FillerParts {
  readonly leases: Leases;
  readonly bytesAt: BytesAt;
}

/** Fetches artifacts, or follows a fill in progress elsewhere. */
export class Filler {
  readonly #parts: FillerParts;
  readonly #obtainer: Obtainer;
  readonly #decider: Decider;

  constructor(parts: FillerParts, obtainer: Obtainer, decider: Decider) {
    this.#parts = parts;
    this.#obtainer = obtainer;
    this.#decider = decider;
  }

  /**
   * Fetches one artifact and completes its fill.
   * @throws {Failure} and any other error: the fill has then failed
   */
  async fill(fill: Fill, listed: ListedFile, signal: AbortSignal): Promise<void> {
    // Looked up while the bytes arrive.
    const attested = this.#decider.lookUp(listed);
    let left: LeftBytes | undefined;
    try {
      while (fill.end === undefined) {
        const lease = await this.#parts.leases.take(flightKey(listed));
        const task: Task = { fill, listed, attested, kept: Promise.resolve() };
        if (lease.kind === 'ours') await this.#lead(task, lease, signal, left);
        else left = await this.#follow(task, lease, left);
      }
    } finally {
      await left?.reader.close();
    }
  }

  async #lead(
    task: Task,
    lease: OurLease,
    signal: AbortSignal,
    left: LeftBytes | undefined,
  ): Promise<void> {
    const { tell, distant } = lease;
    const known = { sha256: undefined, inspection: undefined };
    const own: OwnTask = { ...task, signal, tell, known, left, distant };
    try {
      own.fill.onNews(tell);
      await this.#obtainer.obtain(own);
    } catch (error) {
      const { kind, message, retryAfter } = asFailure(error, NOT_READY);
      tell({ kind: 'failed', failure: kind, message, retryAfter });
      throw error;
    } finally {
      await own.kept;
      lease.release();
    }
  }

  /**
   * Another process fetches it; the verdict is still made here.
   * @param before bytes that were left by an earlier process
   * @returns the bytes that remain if that process has stopped
   */
  async #follow(
    task: Task,
    lease: TheirLease,
    before: LeftBytes | undefined,
  ): Promise<LeftBytes | undefined> {
    const { fill } = task;
    // A file that is not kept open disappears with its writer.
    let held = new FillReader(fill);
    let judged: Promise<void> | undefined;
    const followed = await lease.follow((news) => {
      if (news.kind === 'begun') {
        fill.begin(this.#parts.bytesAt(news.place), news.total, news);
        if (held.isSame) return;
        void held.close();
        held = new FillReader(fill);
      } else if (news.kind === 'arrived') fill.advance(news.bytes);
      else if (news.kind === 'complete') {
        fill.advance(news.size);
        judged = this.#judgeFollowed(task, news);
      } else {
        const { failure, message, retryAfter } = news;
        judged = Promise.reject(new Failure(failure, message, { retryAfter }));
      }
      // Awaited below, once there is nothing more to follow.
      judged?.catch(() => {});
    });
    try {
      await judged;
      if (fill.end !== undefined || followed === 'released') return before;
      return await this.#whatIsLeft(fill, held, before);
    } finally {
      await held.close();
    }
  }

  /** Ended without a result: its process has stopped. */
  async #whatIsLeft(
    fill: Fill,
    held: FillReader,
    before: LeftBytes | undefined,
  ): Promise<LeftBytes | undefined> {
    const reader = await held.release();
    const { transfer, etag, total } = fill;
    const { received } = fill.progress;
    // The next one may have stopped with fewer bytes, and the rest could not be compared.
    const isCovered = before?.transfer === transfer && received <= (before?.received ?? 0);
    if (reader === undefined && transfer !== undefined && isCovered) return before;
    await before?.reader.close();
    if (reader !== undefined && transfer !== undefined)
      return { reader, received, transfer, etag, total };
    fill.restart();
    return undefined;
  }

  async #judgeFollowed(
    task: Task,
    { inspection, ...bytes }: Extract<FillNews, { kind: 'complete' }>,
  ): Promise<void> {
    const { listed } = task;
    // Protects against a missing inspection: the file is not delivered without it.
    if (listed.upstream.inspect && inspection?.sha256 !== bytes.sha256)
      throw new Failure('internal', NOT_READY);
    // Bytes that differ from the known digest are also rejected here. Bytes in doubt are known to differ: a rule judges
    // that.
    const known = knownDigest(listed);
    const right =
      known === undefined ? bearsOut(bytes, listed.file.hashes) : known === bytes.sha256;
    if (!right && bytes.doubt === undefined) throw new Failure('internal', NOT_READY);
    recognise(task, bytes);
    await this.#decider.end(task, bytes.size, inspection);
  }
}
