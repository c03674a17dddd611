import { createHash } from 'node:crypto';
import { parseSha256, type Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import { checked, type Hashes, hasOtherStrong } from '../domain/hashes.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Verdict } from '../domain/verdict.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import { collect } from '../runtime/collect.js';
import type { BlobStore } from '../store/blob-store.js';
import { MemoryBlob } from '../store/memory-blob-tier.js';
import { readBlob } from '../store/read-bytes.js';
import type { Judge } from '../verdicts/judge.js';

/** No METADATA file is longer than this, in bytes; it is held in memory. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Of a zip's end record (APPNOTE 4.3.16). */
const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');

export type Sidecar =
  | { readonly kind: 'refused'; readonly listed: ListedFile; readonly verdict: Verdict }
  | {
      readonly kind: 'ready';
      /** Whose it is: where the wheel that was asked for is refused, an allowed one of the same release. */
      readonly listed: ListedFile;
      readonly verdict: Verdict;
      readonly sha256: Sha256;
      readonly bytes: Uint8Array;
    };

export interface SidecarParts {
  readonly pages: ProjectPages;
  readonly judge: Judge;
  readonly blobs: BlobStore;
}

/** Hands out `.metadata` sidecars (PEP 658, 714), checked against the digest that the page declares. */
export class SidecarService {
  readonly #parts: SidecarParts;
  readonly #loading = new Map<Sha256, Promise<Uint8Array>>();

  constructor(parts: SidecarParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} not-found where the page declares no sidecar with a digest; upstream failures. */
  async open(project: ProjectName, filename: string): Promise<Sidecar> {
    const { pages } = this.#parts;
    const listed = await pages.find(project, filename);
    const sidecar = await this.#ask(listed);
    if (sidecar.kind === 'ready') return sidecar;
    const other = (await pages.judged(project)).standIn(listed.file);
    const standIn = other && (await this.#ask(await pages.find(project, other.filename)));
    return standIn?.kind === 'ready' ? standIn : sidecar;
  }

  async #ask(listed: ListedFile): Promise<Sidecar> {
    const { verdict } = await this.#parts.judge.judge(listed.subject);
    if (verdict.outcome === 'block') return { kind: 'refused', listed, verdict };
    const { coreMetadata, filename } = listed.file;
    const hashes = typeof coreMetadata === 'object' ? coreMetadata : {};
    const sha256 = parseSha256(hashes.sha256);
    if (sha256 === undefined)
      throw new Failure('not-found', `The index offers no metadata file for ${filename}.`);
    const bytes =
      (await this.#stored(sha256, hashes)) ?? (await this.#load(listed, sha256, hashes));
    return { kind: 'ready', listed, verdict, sha256, bytes };
  }

  async #stored(sha256: Sha256, hashes: Hashes): Promise<Uint8Array | undefined> {
    const blob = await this.#parts.blobs.open(sha256);
    if (blob === undefined) return undefined;
    try {
      const bytes = await readBlob(blob);
      if (hasOtherStrong(hashes)) checkDigests(bytes, hashes);
      checkText(bytes);
      return bytes;
    } finally {
      await blob.close();
    }
  }

  #load(listed: ListedFile, sha256: Sha256, hashes: Hashes): Promise<Uint8Array> {
    const running = this.#loading.get(sha256);
    if (running !== undefined) return running;
    const load = this.#fetch(listed, sha256, hashes).finally(() => this.#loading.delete(sha256));
    this.#loading.set(sha256, load);
    return load;
  }

  async #fetch(listed: ListedFile, sha256: Sha256, hashes: Hashes): Promise<Uint8Array> {
    if (listed.page.files.some((file) => file.sha256 === sha256))
      throw new Failure(
        'upstream-broken',
        `The index declares an artifact's digest as that of ${listed.file.filename}.metadata.`,
      );
    const url = `${listed.file.url}.metadata`;
    const answer = await listed.upstream.fetchFile(url, AbortSignal.timeout(60_000), 'as-sent');
    let bytes: Buffer;
    try {
      bytes = await collect(answer.body, MAX_BYTES, tooLong);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure('upstream-broken', 'The transfer from the upstream broke off.', {
        cause: error,
      });
    }
    checkDigests(bytes, hashes);
    checkText(bytes);
    await this.#keep(sha256, bytes);
    return bytes;
  }

  /** Keeping it is a convenience: where the disk is full it is served all the same. */
  async #keep(sha256: Sha256, bytes: Uint8Array): Promise<void> {
    try {
      await this.#parts.blobs.put(sha256, new MemoryBlob(bytes));
    } catch {
      // The next request fetches it again.
    }
  }
}

function checkDigests(bytes: Uint8Array, hashes: Hashes): void {
  for (const [algorithm, declared] of checked(hashes)) {
    const digest = createHash(algorithm).update(bytes).digest('hex');
    if (digest !== declared)
      throw new Failure(
        'upstream-broken',
        `The metadata file has ${algorithm} ${digest}, but the index declares ${declared}.`,
      );
  }
}

/**
 * Core metadata are an e-mail's headers: text. An archive is not, so no page that declares an artifact's digest as
 * its sidecar's leads around the gate: gzip, bzip2 and zip have control characters among their first bytes, and a zip
 * that stands behind a text ends with its end record.
 */
function checkText(bytes: Uint8Array): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = view.toString('latin1', 0, 512);
  if (/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(begin) || view.includes(END_RECORD))
    throw new Failure('upstream-broken', 'The metadata file is not text.');
}

function tooLong(): Failure {
  return new Failure('upstream-broken', `The metadata file is longer than ${MAX_BYTES} bytes.`);
}
