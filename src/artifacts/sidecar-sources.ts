import { Failure } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import { checked, type Hashes } from '../domain/hashes.js';
import type { Verdict } from '../domain/verdict.js';
import { mayRequireUrl } from '../inspection/wheel/metadata.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import { sidecarDigests } from '../project-pages/sidecar-digests.js';
import { collect } from '../runtime/collect.js';
import type { Holding, MemoryBudget } from '../runtime/memory-budget.js';
import type { Blob, BlobStore } from '../store/blob-store.js';
import type { ByteReader } from '../store/bytes.js';
import type { Judge } from '../verdicts/judge.js';
import type { Prefetcher } from './ahead/prefetcher.js';
import type { ArtifactAnswer, ArtifactService } from './artifact-service.js';
import { broken, checkSidecar, objectionTo } from './sidecar-check.js';
import { admittedDigest } from './task.js';
import { MAX_METADATA, readWheelMetadata } from './wheel-metadata.js';

/** How long an index may take for a sidecar before the wheel itself is asked for, in milliseconds: pip waits 15 s. */
const PATIENCE = 10_000;
/** How often a wheel may move from the spool to the store, or out of it, while it is read. */
const ATTEMPTS = 3;

/** The wheel turned out to be refused, and its sidecar with it. */
export interface RefusedSidecar {
  readonly kind: 'refused';
  readonly listed: ListedFile;
  readonly verdict: Verdict;
}

interface FetchedSidecar {
  readonly bytes: Uint8Array;
}

export type FoundSidecar = RefusedSidecar | FetchedSidecar;

export interface SidecarParts {
  readonly pages: ProjectPages;
  readonly judge: Judge;
  readonly blobs: BlobStore;
  readonly artifacts: Pick<ArtifactService, 'open'>;
  /** For parts of wheels that are in memory while they are read. */
  readonly budget: MemoryBudget;
  /** Receives wheels that are not cached and whose metadata a client resolves. */
  readonly prefetcher: Pick<Prefetcher, 'announce'> | undefined;
}

/** The sources of a sidecar that is not stored separately: its cached wheel, the index, or the wheel from the index. */
export class SidecarSources {
  readonly #parts: SidecarParts;

  constructor(parts: SidecarParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} not-found; upstream failures */
  async find(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<FoundSidecar> {
    if (listed.file.name.kind === 'wheel') return this.#ofWheel(listed, hashes, inspection);
    const bytes = await this.#fetch(listed, hashes);
    if (listed.subject.publicUpstream && !isSafe(bytes, inspection))
      throw new Failure('not-found', `${listed.file.filename} was not inspected yet.`);
    return { bytes };
  }

  #memoryFor({ file }: ListedFile): Holding {
    return this.#parts.budget.enter(file.filename);
  }

  async #ofWheel(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<FoundSidecar> {
    const here = await this.#inStoredWheel(listed, hashes, inspection);
    if (here !== undefined && isSafe(here.bytes, inspection)) return here;
    const inIndex = await this.#inIndex(listed, hashes);
    if (inIndex === undefined || !isSafe(inIndex.bytes, inspection)) return this.#inWheel(listed);
    this.#parts.prefetcher?.announce(listed);
    return inIndex;
  }

  async #inStoredWheel(
    listed: ListedFile,
    hashes: Hashes,
    inspection: Inspection | undefined,
  ): Promise<FetchedSidecar | undefined> {
    const sha256 = admittedDigest(listed, inspection);
    const blob = sha256 && (await this.#parts.blobs.open(sha256));
    if (blob === undefined) return undefined;
    // A sidecar with a separate digest is identified by it, even if the wheel has since changed.
    if (checked(hashes).length === 0 && !(await isWhole(blob))) {
      await blob.close();
      return undefined;
    }
    const bytes = await metadataOf(blob, blob.size, this.#memoryFor(listed));
    return bytes && objectionTo(bytes, hashes) === undefined ? { bytes } : undefined;
  }

  /** Undefined if the index does not return it, for any reason. @throws {Failure} if the index limits requests */
  async #inIndex(listed: ListedFile, hashes: Hashes): Promise<FetchedSidecar | undefined> {
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
      throw broken(`The index declares an artifact's digest for ${file.filename}.metadata.`);
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await upstream.fetchFile(`${file.url}.metadata`, signal, 'as-sent');
    let bytes: Buffer;
    try {
      bytes = await collect(answer.body, MAX_METADATA, tooLong);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw broken('The transfer from the upstream was interrupted.', error);
    }
    checkSidecar(bytes, hashes);
    return bytes;
  }

  /** From the wheel, which is fetched as for a client request. */
  async #inWheel(listed: ListedFile): Promise<FoundSidecar> {
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
      const bytes = await metadataOf(wheel.reader, wheel.size, this.#memoryFor(listed));
      if (bytes === undefined) throw broken(`${filename} contains no readable METADATA.`);
      const { inspection } = await judge.judge(artifact.listed.subject);
      checkSidecar(bytes, sidecarDigests(listed.file, inspection) ?? {});
      return { bytes };
    }
    throw new Failure(
      'overloaded',
      'The wheel was evicted from the cache before it could be read.',
    );
  }
}

/**
 * Whether a client may resolve this METADATA: pip fetches and builds what it requires by URL before it asks for the
 * file itself, so that must be inspected first.
 */
export function isSafe(bytes: Uint8Array, inspection: Inspection | undefined): boolean {
  return (
    inspection !== undefined ||
    !mayRequireUrl(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  );
}

/**
 * An artifact's bytes once it is allowed, or the refusal; undefined if it moved meanwhile, and the call must be
 * repeated.
 * @throws {Failure} the reason why it is unavailable
 */
async function bytesOf(
  artifact: ArtifactAnswer,
): Promise<
  { readonly reader: ByteReader; readonly size: number } | { readonly verdict: Verdict } | undefined
> {
  if (artifact.kind === 'stored') {
    const { blob } = artifact;
    if (await isWhole(blob)) return { reader: blob, size: blob.size };
    await blob.close();
    return undefined;
  }
  if (artifact.kind !== 'filling') return undefined;
  const end = await artifact.fill.ended;
  if (end.kind === 'failed') throw end.failure;
  if (end.kind === 'refused') return end;
  const reader = await artifact.fill.bytes?.open();
  return reader && { reader, size: end.size };
}

/** Whether a blob has its digest still. */
async function isWhole({ whole }: Blob): Promise<boolean> {
  return whole === undefined || whole;
}

/** The METADATA of a wheel whose reader is closed then. @throws {Failure} overloaded */
async function metadataOf(
  reader: ByteReader,
  size: number,
  memory: Holding,
): Promise<Uint8Array | undefined> {
  try {
    return await readWheelMetadata(reader, size, memory);
  } finally {
    memory.release();
    await reader.close();
  }
}

function tooLong(): Failure {
  return broken(`The metadata file exceeds ${MAX_METADATA} bytes.`);
}
