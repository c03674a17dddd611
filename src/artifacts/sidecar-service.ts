import { createHash } from 'node:crypto';
import { parseSha256, type Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import { type Hashes, hasOtherStrong } from '../domain/hashes.js';
import type { Verdict } from '../domain/verdict.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import { sidecarDigests } from '../project-pages/sidecar-digests.js';
import { collect } from '../runtime/collect.js';
import type { BlobStore } from '../store/blob-store.js';
import type { ByteReader } from '../store/bytes.js';
import { MemoryBlob } from '../store/memory-blob-tier.js';
import { readBlob } from '../store/read-bytes.js';
import type { Judge } from '../verdicts/judge.js';
import type { ArtifactAnswer, ArtifactService } from './artifact-service.js';
import { broken, checkSidecar, objectionTo } from './sidecar-check.js';
import { flightKey, knownDigest } from './task.js';
import { MAX_METADATA, readWheelMetadata } from './wheel-metadata.js';

/** How long an index may take for a sidecar before the wheel itself is asked for, in milliseconds: pip waits 15 s. */
const PATIENCE = 10_000;
/** How often a wheel may move from the spool to the store, or out of it, while it is read. */
const ATTEMPTS = 3;
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

type Found = Extract<Sidecar, { kind: 'refused' }> | { readonly bytes: Uint8Array };

export interface SidecarParts {
  readonly pages: ProjectPages;
  readonly judge: Judge;
  readonly blobs: BlobStore;
  readonly artifacts: Pick<ArtifactService, 'open'>;
}

/**
 * Hands out `.metadata` sidecars (PEP 658, 714), held to the digest that the page declares: out of the wheel where it is here,
 * else as the index has them. Where that gives none, the wheel is fetched as for a client that asks for it: who resolves
 * without sidecars would ask for it next.
 */
export class SidecarService {
  readonly #parts: SidecarParts;
  /** By the digest and the wheel that it is asked for. */
  readonly #loading = new Map<string, Promise<Found>>();

  constructor(parts: SidecarParts) {
    this.#parts = parts;
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
    const found = await this.#find(listed, hashes, inspection);
    if ('kind' in found) return found;
    const { bytes } = found;
    const sha256 = parseSha256(hashes.sha256) ?? sha256Of(bytes);
    return { kind: 'ready', listed, verdict, sha256, bytes };
  }

  async #find(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<Found> {
    const sha256 = parseSha256(hashes.sha256);
    const stored = sha256 && (await this.#stored(sha256, hashes));
    if (stored !== undefined) return { bytes: stored };
    const key = `${sha256} ${flightKey(listed)}`;
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
  ): Promise<Found> {
    const found =
      listed.file.name.kind === 'wheel'
        ? await this.#ofWheel(listed, hashes, inspection)
        : { bytes: await this.#fetch(listed, hashes) };
    if ('bytes' in found) await this.#keep(found.bytes);
    return found;
  }

  async #ofWheel(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<Found> {
    const here = await this.#inStoredWheel(listed, hashes, inspection);
    return here ?? (await this.#inIndex(listed, hashes)) ?? (await this.#inWheel(listed));
  }

  async #inStoredWheel(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<Found | undefined> {
    const sha256 = knownDigest(listed);
    const isAdmitted = inspection !== undefined || !listed.upstream.inspect;
    const blob = isAdmitted && sha256 ? await this.#parts.blobs.open(sha256) : undefined;
    const bytes = blob && (await metadataOf(blob, blob.size));
    return bytes && objectionTo(bytes, hashes) === undefined ? { bytes } : undefined;
  }

  /** Undefined where the index does not give it, for whatever reason. @throws {Failure} where it asks to be left alone */
  async #inIndex(listed: ListedFile, hashes: Hashes): Promise<Found | undefined> {
    try {
      return { bytes: await this.#fetch(listed, hashes) };
    } catch (error) {
      if (!(error instanceof Failure) || error.retryAfter !== undefined) throw error;
      return undefined;
    }
  }

  async #fetch({ file, page, upstream }: ListedFile, hashes: Hashes): Promise<Uint8Array> {
    if (hashes.sha256 === undefined)
      throw new Failure('not-found', `No digest of ${file.filename}.metadata is known.`);
    if (page.files.some(({ sha256 }) => sha256 === hashes.sha256))
      throw broken(`The index declares an artifact's digest as that of ${file.filename}.metadata.`);
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await upstream.fetchFile(`${file.url}.metadata`, signal, 'as-sent');
    let bytes: Buffer;
    try {
      bytes = await collect(answer.body, MAX_METADATA, tooLong);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw broken('The transfer from the upstream broke off.', error);
    }
    checkSidecar(bytes, hashes);
    return bytes;
  }

  /** Out of the wheel, which comes in as it would for whoever asks for it. */
  async #inWheel(listed: ListedFile): Promise<Found> {
    const { pages, artifacts, judge } = this.#parts;
    const { project, filename } = listed.subject;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const artifact = await artifacts.open(await pages.find(project, filename), {
        moved: attempt > 0,
      });
      if (artifact.kind === 'refused') return artifact;
      const wheel = await bytesOf(artifact);
      if (wheel === undefined) continue;
      if ('verdict' in wheel) return { kind: 'refused', listed, verdict: wheel.verdict };
      const bytes = await metadataOf(wheel.reader, wheel.size);
      if (bytes === undefined) throw broken(`${filename} holds no METADATA that can be read.`);
      const { inspection } = await judge.judge(artifact.listed.subject);
      checkSidecar(bytes, sidecarDigests(listed.file, inspection) ?? {});
      return { bytes };
    }
    throw new Failure('overloaded', 'The wheel leaves the cache faster than it can be read.');
  }

  /** Keeping it is a convenience: where the disk is full it is served all the same. */
  async #keep(bytes: Uint8Array): Promise<void> {
    try {
      await this.#parts.blobs.put(sha256Of(bytes), new MemoryBlob(bytes));
    } catch {
      // The next request looks for it again.
    }
  }
}

/**
 * An artifact's bytes once it may go out, or why it may not; undefined where it moved meanwhile, and must be asked for again.
 * @throws {Failure} what it could not be had for
 */
async function bytesOf(
  artifact: ArtifactAnswer,
): Promise<
  { readonly reader: ByteReader; readonly size: number } | { readonly verdict: Verdict } | undefined
> {
  if (artifact.kind === 'stored') return { reader: artifact.blob, size: artifact.blob.size };
  if (artifact.kind !== 'filling') return undefined;
  const end = await artifact.fill.ended;
  if (end.kind === 'failed') throw end.failure;
  if (end.kind === 'refused') return end;
  const reader = await artifact.fill.bytes?.open();
  return reader && { reader, size: end.size };
}

/** The METADATA of a wheel whose reader is closed then. */
async function metadataOf(reader: ByteReader, size: number): Promise<Uint8Array | undefined> {
  try {
    return await readWheelMetadata(reader, size);
  } finally {
    await reader.close();
  }
}

function sha256Of(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

function tooLong(): Failure {
  return broken(`The metadata file is longer than ${MAX_METADATA} bytes.`);
}
