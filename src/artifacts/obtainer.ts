import { isDeepStrictEqual } from 'node:util';
import type { Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import { checked, type Hashes } from '../domain/hashes.js';
import { isIdentified } from '../domain/integrity.js';
import type { Arrived } from '../fleet/leases.js';
import type { EarlyLook, Inspectable, Inspector } from '../inspection/inspector.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import type { FairShare } from '../runtime/fair-share.js';
import type { BlobStore, LocalBlob } from '../store/blob-store.js';
import type { BytesAt } from '../store/bytes.js';
import type { Spool } from '../store/spool.js';
import type { Encoded, FileAnswer } from '../upstream/upstream.js';
import type { Judge } from '../verdicts/judge.js';
import type { Arrival } from './arrival.js';
import { arriveInFile } from './arriving-file.js';
import type { ArrivingMemory } from './arriving-memory.js';
import { hashBlob } from './checked-hash.js';
import type { Decider } from './decider.js';
import { nameOf, type OwnTask } from './task.js';
import { transfer } from './transfer.js';

/** Artifacts from here on are read while they come in, in bytes. */
const EARLY_LOOK_FROM = 1024 * 1024;

export interface ObtainerParts {
  readonly pages: Pick<ProjectPages, 'find'>;
  readonly judge: Judge;
  readonly blobs: BlobStore;
  readonly spool: Spool;
  /** For small artifacts, before that; undefined where other processes read what comes in here. */
  readonly memory: ArrivingMemory | undefined;
  readonly bytesAt: BytesAt;
  readonly inspector: Inspector;
  /** What may wait for the file system while artifacts come in. */
  readonly arriving: FairShare;
  /** No artifact may be longer, in bytes. */
  readonly maxSize: number;
  readonly onEvent: (event: KeepEvent) => void;
}

/** The disk had no room for it. */
export type KeepEvent = { readonly kind: 'not-kept'; readonly listed: ListedFile };

/** An artifact that has come in whole. */
interface Received {
  readonly arrival: Arrival;
  readonly early: EarlyLook | undefined;
  readonly received: Arrived;
}

/** Step 4 of an artifact's way: its bytes are found in the store, or fetched; and kept once they may go out. */
export class Obtainer {
  readonly #parts: ObtainerParts;
  readonly #decider: Decider;

  constructor(parts: ObtainerParts, decider: Decider) {
    this.#parts = parts;
    this.#decider = decider;
  }

  /** Brings a fill to its end. Whoever had its lease before may have left all that it takes. */
  async obtain(task: OwnTask): Promise<void> {
    task.listed = await this.#asKnownNow(task.listed);
    const { sha256 } = task.listed.file;
    const { verdict, inspection } = await this.#parts.judge.judge(task.listed.subject);
    // Nothing is fetched again for what is refused by now.
    if (verdict.outcome === 'block') return task.fill.finish({ kind: 'refused', verdict });
    task.known = { sha256, inspection };
    const stored = sha256 && (await this.#parts.blobs.localCopy(sha256));
    if (sha256 && stored && (await this.#takeStored(task, stored, sha256))) return;
    await this.#fetch(task);
  }

  /** Which bytes it has may have been learnt, or that the index has others than those that are pinned. */
  async #asKnownNow(listed: ListedFile): Promise<ListedFile> {
    if (isIdentified(listed.file, listed.upstream)) return listed;
    const { project, filename } = listed.subject;
    const now = await this.#parts.pages.find(project, filename);
    return isDeepStrictEqual(now.file.hashes, listed.file.hashes) ? now : listed;
  }

  /**
   * The findings may be lost or of an older inspector, or a digest may have come to be declared.
   * @returns false where it is not what the index declares by now: that is to be fetched
   */
  async #takeStored(task: OwnTask, blob: LocalBlob, sha256: Sha256): Promise<boolean> {
    const { fill, listed } = task;
    const { size, path } = blob;
    const isDeclared = listed.file.integrity === undefined;
    try {
      const checked = isDeclared ? undefined : await hashesOf(blob, listed.file.hashes);
      if (!isDeclared && checked === undefined) return false;
      const bytes = { size, sha256, hashes: {}, ...checked, at: path, early: undefined };
      fill.sha256 = sha256;
      fill.begin(this.#parts.bytesAt({ kind: 'file', path }), size);
      fill.advance(size);
      if (checked === undefined) await this.#decider.inspectAndEnd(task, bytes);
      else await this.#decider.admit(task, bytes);
    } finally {
      await blob.close();
    }
    if (fill.end?.kind === 'refused') await this.#parts.blobs.delete(sha256);
    return true;
  }

  async #fetch(task: OwnTask): Promise<void> {
    const { fill, listed } = task;
    const { arrival, early, received } = await this.#receive(task);
    try {
      await this.#decider.admit(task, { ...received, at: arrival.at, early });
      await task.kept;
      // Only what may go out is kept; a later waiver fetches it anew, and finds its findings here.
      const wanted = fill.end?.kind === 'allowed';
      if (wanted && !(await this.#parts.blobs.put(received.sha256, arrival.source)))
        this.#parts.onEvent({ kind: 'not-kept', listed });
    } finally {
      early?.abandon();
      await arrival.discard();
    }
  }

  async #receive(task: OwnTask): Promise<Received> {
    const { fill, listed } = task;
    const { answer, arrival } = await this.#beginReceiving(task);
    let early: EarlyLook | undefined;
    try {
      const { size: announced } = answer;
      const { maxSize } = this.#parts;
      // Of the index's own size it was made; one that is too large is refused below.
      if (listed.file.size === undefined && announced !== undefined && announced <= maxSize)
        await arrival.expect(announced);
      fill.begin(arrival.bytes, listed.file.size ?? announced);
      early = this.#lookEarly(task, arrival.at);
      const { hashes, size } = listed.file;
      const declared = { hashes, size, maxSize };
      const received = await transfer(answer, arrival, declared, (readable) => {
        fill.fetch(readable);
        early?.arrived(readable);
      });
      return { arrival, early, received };
    } catch (error) {
      early?.abandon();
      answer.body.destroy();
      await arrival.discard();
      throw error;
    }
  }

  /** Asks the upstream, and makes room for the answer meanwhile; where either fails, nothing of the other is left. */
  async #beginReceiving({
    listed,
    signal,
  }: OwnTask): Promise<{ answer: FileAnswer; arrival: Arrival }> {
    const [answer, arrival] = await Promise.allSettled([
      listed.upstream.fetchFile(listed.file.url, signal, encodingOf(listed.file.hashes)),
      this.#makeRoom(listed.file.size),
    ]);
    if (answer.status === 'fulfilled' && arrival.status === 'fulfilled')
      return { answer: answer.value, arrival: arrival.value };
    if (answer.status === 'fulfilled') answer.value.body.destroy();
    if (arrival.status === 'fulfilled') await arrival.value.discard();
    throw answer.status === 'rejected' ? answer.reason : (arrival as PromiseRejectedResult).reason;
  }

  async #makeRoom(size: number | undefined): Promise<Arrival> {
    const { memory, spool, bytesAt, arriving } = this.#parts;
    return memory?.begin(size) ?? arriveInFile(await spool.create(size), bytesAt, arriving);
  }

  /** Small artifacts are here before a look at them would have begun; at others one may have been had. */
  #lookEarly({ listed, known }: OwnTask, at: Inspectable): EarlyLook | undefined {
    const { inspector } = this.#parts;
    const { size } = listed.file;
    if (!listed.upstream.inspect || known.inspection !== undefined) return undefined;
    if (typeof at === 'string' && (size === undefined || size >= EARLY_LOOK_FROM))
      return inspector.begin(at, nameOf(listed), size);
    inspector.expectOne();
    return undefined;
  }
}

/** The digests of a stored blob; undefined where it has others than those declared. */
async function hashesOf(blob: LocalBlob, declared: Hashes) {
  try {
    return await hashBlob(blob, declared);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'upstream-broken') return undefined;
    throw error;
  }
}

/** Without a digest nobody can tell a file that was packed on its way. */
function encodingOf(hashes: Hashes): Encoded {
  return checked(hashes).length > 0 ? 'as-sent' : 'refused';
}
