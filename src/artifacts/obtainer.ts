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

/**
 * Step 4 of a request for an artifact: read its bytes from the store, or fetch them; store them if they are allowed.
 */
export class Obtainer {
  readonly #parts: ObtainerParts;
  readonly #receiver: Receiver;
  readonly #decider: Decider;

  constructor(parts: ObtainerParts, decider: Decider) {
    this.#parts = parts;
    this.#receiver = new Receiver(parts);
    this.#decider = decider;
  }

  /** Completes a fill. The previous holder of its lease may have left all bytes. */
  async obtain(task: OwnTask): Promise<void> {
    task.listed = await this.#asKnownNow(task.listed);
    const { sha256 } = task.listed.file;
    const { verdict, inspection } = await this.#parts.judge.judge(task.listed.subject);
    // A file that is already refused is not fetched again.
    if (verdict.outcome === 'block') return task.fill.finish({ kind: 'refused', verdict });
    task.known = { sha256, inspection };
    const stored = sha256 && (await this.#parts.blobs.localCopy(sha256));
    if (sha256 && stored && (await this.#takeStored(task, stored, sha256))) return;
    await this.#fetch(task);
  }

  /** Its digest may have become known meanwhile, or a difference between the index and the pinned digest. */
  async #asKnownNow(listed: ListedFile): Promise<ListedFile> {
    if (isIdentified(listed.file)) return listed;
    const { project, filename } = listed.subject;
    const now = await this.#parts.pages.find(project, filename);
    return isDeepStrictEqual(now.file.hashes, listed.file.hashes) ? now : listed;
  }

  /**
   * The findings may be missing or of an older inspector, or a digest may have been declared since.
   * @returns false if it no longer matches the index's declaration and must be fetched
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
      // Only an allowed file is stored; after a later waiver it is fetched again, and its findings are still here.
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

/** The digests of a stored blob; undefined if they differ from the declared ones. */
async function hashesOf(blob: LocalBlob, declared: Hashes) {
  try {
    return await hashBlob(blob, declared);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'upstream-broken') return undefined;
    throw error;
  }
}
