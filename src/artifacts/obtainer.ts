import { isDeepStrictEqual } from 'node:util';
import type { Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import { besideSha256, type Hashes } from '../domain/hashes.js';
import { isIdentified } from '../domain/integrity.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import type { BlobStore, LocalBlob } from '../store/blob-store.js';
import type { Judge } from '../verdicts/judge.js';
import { hashBlob } from './checked-hash.js';
import type { Decider } from './decider.js';
import { Receiver, type ReceiverParts } from './receiver.js';
import type { OwnTask } from './task.js';

export interface ObtainerParts extends ReceiverParts {
  readonly pages: Pick<ProjectPages, 'find'>;
  readonly judge: Judge;
  readonly blobs: BlobStore;
  readonly onEvent: (event: KeepEvent) => void;
}

/** The disk had no room for it. */
export type KeepEvent = { readonly kind: 'not-kept'; readonly listed: ListedFile };

/** Step 4 of an artifact's way: its bytes are found in the store, or fetched; and kept once they may go out. */
export class Obtainer {
  readonly #parts: ObtainerParts;
  readonly #receiver: Receiver;
  readonly #decider: Decider;

  constructor(parts: ObtainerParts, decider: Decider) {
    this.#parts = parts;
    this.#receiver = new Receiver(parts);
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
      const bytes = {
        size,
        sha256,
        hashes: besideSha256(listed.file.hashes),
        ...checked,
        at: path,
        early: undefined,
        inspection: undefined,
      };
      fill.sha256 = sha256;
      fill.begin(this.#parts.bytesAt({ kind: 'file', path }), size);
      fill.advance(size);
      await this.#decider.admit(task, bytes);
    } finally {
      await blob.close();
    }
    if (fill.end?.kind === 'refused') await this.#parts.blobs.delete(sha256);
    return true;
  }

  async #fetch(task: OwnTask): Promise<void> {
    const { fill, listed } = task;
    const { arrival, early, received, put, inspection } = await this.#receiver.receive(task);
    try {
      await this.#decider.admit(task, { ...received, at: arrival.at, early, inspection });
      await task.kept;
      // Only what may go out is kept; a later waiver fetches it anew, and finds its findings here.
      const wanted = fill.end?.kind === 'allowed';
      if (wanted) put?.commit(received.sha256, received.size);
      if (wanted && !(await this.#parts.blobs.put(received.sha256, arrival.source)))
        this.#parts.onEvent({ kind: 'not-kept', listed });
    } finally {
      put?.abandon();
      early?.abandon();
      await arrival.discard();
    }
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
