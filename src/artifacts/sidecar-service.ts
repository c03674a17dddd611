import { createHash } from 'node:crypto';
import { parseSha256, type Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import { type Hashes, hasOtherStrong } from '../domain/hashes.js';
import type { Verdict } from '../domain/verdict.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import { sidecarDigests } from '../project-pages/sidecar-digests.js';
import { MemoryBlob } from '../store/memory-blob-tier.js';
import { readBlob } from '../store/read-bytes.js';
import { objectionTo } from './sidecar-check.js';
import {
  type FoundSidecar,
  isSafe,
  type RefusedSidecar,
  type SidecarParts,
  SidecarSources,
} from './sidecar-sources.js';
import { flightKey } from './task.js';

export type Sidecar =
  | RefusedSidecar
  | {
      readonly kind: 'ready';
      /** Whose it is: where the wheel that was asked for is refused, an allowed one of the same release. */
      readonly listed: ListedFile;
      readonly verdict: Verdict;
      readonly sha256: Sha256;
      readonly bytes: Uint8Array;
    };

/**
 * Serves `.metadata` sidecars (PEP 658, 714), verified against the page's declared digest: from the wheel if it is
 * cached, or else from the index. If the index has no sidecar, the wheel is fetched as for a client request: a client
 * without sidecars would request it next.
 */
export class SidecarService {
  readonly #parts: SidecarParts;
  readonly #sources: SidecarSources;
  /** By the digest and the wheel that it is asked for. */
  readonly #loading = new Map<string, Promise<FoundSidecar>>();

  constructor(parts: SidecarParts) {
    this.#parts = parts;
    this.#sources = new SidecarSources(parts);
  }

  /**
   * @param listed the wheel, as the project's current page has it
   * @throws {Failure} not-found where the page declares no sidecar; upstream failures.
   */
  async open(listed: ListedFile): Promise<Sidecar> {
    const { pages } = this.#parts;
    const { project } = listed.subject;
    const sidecar = await this.#ask(listed);
    if (sidecar.kind === 'ready') return sidecar;
    const other = (await pages.judged(project)).standIn(listed.file);
    const standIn = other && (await this.#ask(await pages.find(project, other.filename)));
    return standIn?.kind === 'ready' ? standIn : sidecar;
  }

  async #ask(listed: ListedFile): Promise<Sidecar> {
    const { verdict, inspection } = await this.#parts.judge.judge(listed.subject);
    if (verdict.outcome === 'block') return { kind: 'refused', listed, verdict };
    const { coreMetadata, filename } = listed.file;
    if (coreMetadata === false)
      throw new Failure('not-found', `The index offers no metadata file for ${filename}.`);
    const hashes = sidecarDigests(listed.file, inspection) ?? {};
    const sha256 = parseSha256(hashes.sha256);
    const stored = sha256 && (await this.#stored(sha256, hashes));
    if (sha256 && stored && isSafe(stored, inspection))
      return { kind: 'ready', listed, verdict, sha256, bytes: stored };
    const found = await this.#find(listed, hashes, inspection);
    if ('kind' in found) return found;
    // That may have taken long: the wheel may have been refused, or opened, meanwhile.
    const { verdict: now } = await this.#parts.judge.judge(listed.subject);
    if (now.outcome === 'block') return { kind: 'refused', listed, verdict: now };
    const { bytes } = found;
    return { kind: 'ready', listed, verdict: now, sha256: sha256Of(bytes), bytes };
  }

  async #find(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<FoundSidecar> {
    const key = `${hashes.sha256} ${flightKey(listed)}`;
    const running = this.#loading.get(key);
    if (running !== undefined) return running;
    const load = this.#load(listed, hashes, inspection).finally(() => this.#loading.delete(key));
    this.#loading.set(key, load);
    return load;
  }

  async #stored(sha256: Sha256, hashes: Hashes): Promise<Uint8Array | undefined> {
    const blob = await this.#parts.blobs.open(sha256);
    if (blob === undefined) return undefined;
    try {
      const bytes = await readBlob(blob);
      // That it has the digest which it is stored by was checked.
      const others = hasOtherStrong(hashes) ? hashes : {};
      return objectionTo(bytes, others) === undefined ? bytes : undefined;
    } finally {
      await blob.close();
    }
  }

  async #load(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<FoundSidecar> {
    const found = await this.#sources.find(listed, hashes, inspection);
    if ('bytes' in found) await this.#keep(found.bytes);
    return found;
  }

  /** Storing it is optional: if the disk is full, it is served nevertheless. */
  async #keep(bytes: Uint8Array): Promise<void> {
    try {
      await this.#parts.blobs.put(sha256Of(bytes), new MemoryBlob(bytes));
    } catch {
      // The next request looks for it again.
    }
  }
}

function sha256Of(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}
