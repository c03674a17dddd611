import type { Attestations } from '../attestations/attestations.js';
import type { KnownAttestations } from '../domain/attestation.js';
import type { Sha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Verdict } from '../domain/verdict.js';
import type { EarlyLook, Inspector } from '../inspection/inspector.js';
import type { ListedFile, ProjectPages } from '../pages/project-pages.js';
import type { Blob, BlobStore } from '../store/blob-store.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { Spool, SpoolFile } from '../store/spool.js';
import type { Judge } from '../verdicts/judge.js';
import { Fill, transfer } from './fill.js';

/** A fill, and when the last of it has been put away. */
interface Flight {
  readonly fill: Fill;
  readonly cleared: Promise<void>;
}

/** An artifact's bytes in a file, and a look that was had at them as they came. */
interface Bytes {
  readonly path: string;
  readonly size: number;
  readonly early: EarlyLook | undefined;
}

/** Artifacts from here on are read while they come in, in bytes. */
const EARLY_LOOK_FROM = 1024 * 1024;

/** What became of a request for an artifact. */
export type Artifact =
  | { readonly kind: 'refused'; readonly listed: ListedFile; readonly verdict: Verdict }
  /** In the store, inspected and allowed; the caller closes the blob. */
  | {
      readonly kind: 'stored';
      readonly listed: ListedFile;
      readonly verdict: Verdict;
      readonly blob: Blob;
    }
  /** On its way from the upstream, or being inspected: the verdict is still to come. */
  | { readonly kind: 'filling'; readonly listed: ListedFile; readonly fill: Fill };

export interface ArtifactParts {
  readonly pages: ProjectPages;
  readonly judge: Judge;
  readonly blobs: BlobStore;
  readonly spool: Spool;
  readonly findings: FindingsStore;
  readonly inspector: Inspector;
  readonly attestations: Pick<Attestations, 'settle'>;
  /** No artifact may be longer, in bytes. */
  readonly maxSize: number;
  /** Told of what went wrong away from any request, and of what the cache did. */
  readonly onEvent: (event: ArtifactEvent) => void;
}

export type ArtifactEvent =
  | { readonly kind: 'cache'; readonly result: 'hit' | 'miss' | 'joined' }
  | {
      readonly kind: 'inspected';
      readonly listed: ListedFile;
      readonly seconds: number;
      readonly codes: readonly string[];
    }
  | { readonly kind: 'failed'; readonly listed: ListedFile; readonly failure: Failure }
  | { readonly kind: 'not-kept'; readonly listed: ListedFile }
  | { readonly kind: 'findings-not-kept'; readonly listed: ListedFile; readonly error: unknown };

/**
 * Hands out artifacts in the six steps of `docs/architecture.md`: name the file, ask the rules that need no
 * bytes, serve what is stored and allowed, else fetch once, inspect, judge, keep.
 */
export class ArtifactService {
  readonly #parts: ArtifactParts;
  /** The single flight: one fill for an artifact, however many clients ask. */
  readonly #fills = new Map<string, Flight>();
  /** Fills still at work, for a graceful stop. */
  readonly #working = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(parts: ArtifactParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} not-found where the project's page does not list the file; upstream failures. */
  async open(project: ProjectName, filename: string): Promise<Artifact> {
    const { pages, judge, blobs, onEvent } = this.#parts;
    const listed = await pages.find(project, filename);
    const { verdict, inspection, unsettled } = await judge.judge(listed.subject);
    if (verdict.outcome === 'block') return { kind: 'refused', listed, verdict };
    const sha256 = digestOf(listed);
    const running = this.#fills.get(flightKey(listed, sha256));
    if (running !== undefined) {
      const { end } = running.fill;
      if (end === undefined || (end.kind === 'allowed' && !unsettled)) {
        onEvent({ kind: 'cache', result: 'joined' });
        return { kind: 'filling', listed, fill: running.fill };
      }
      // Its verdict is of the past: what was refused may be allowed now, what was allowed has yet to be asked.
      await running.cleared;
      return this.open(project, filename);
    }
    if (inspection !== undefined || !listed.upstream.inspect) {
      const blob = await blobs.open(sha256);
      if (blob !== undefined) {
        onEvent({ kind: 'cache', result: 'hit' });
        if (!unsettled) return { kind: 'stored', listed, verdict, blob };
        return this.#openSettled(listed, inspection, blob);
      }
    }
    return { kind: 'filling', listed, fill: this.#join(listed, sha256) };
  }

  /** The bytes are here and inspected; who attests them has yet to be asked. */
  async #openSettled(
    listed: ListedFile,
    inspection: Inspection | undefined,
    blob: Blob,
  ): Promise<Artifact> {
    const { judge, pages } = this.#parts;
    const verdict = judge.evaluate(listed.subject, inspection, await this.#settle(listed));
    if (verdict.hits.length > 0) pages.invalidate(listed.subject.project);
    if (verdict.outcome !== 'block') return { kind: 'stored', listed, verdict, blob };
    await blob.close();
    return { kind: 'refused', listed, verdict };
  }

  #settle({ subject, upstream }: ListedFile): Promise<KnownAttestations> {
    const { attestations, judge } = this.#parts;
    return attestations.settle(subject.project, upstream, (known) =>
      judge.unknownAttestations(subject, known),
    );
  }

  /** Waits for the fills that are under way, then gives up on the rest. @param grace milliseconds */
  async close(grace: number): Promise<void> {
    const done = Promise.allSettled([...this.#working]);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([done, patience]);
    clearTimeout(timer);
    this.#stopping.abort();
    await done;
  }

  #join(listed: ListedFile, sha256: Sha256): Fill {
    const key = flightKey(listed, sha256);
    const running = this.#fills.get(key);
    this.#parts.onEvent({ kind: 'cache', result: running === undefined ? 'miss' : 'joined' });
    if (running !== undefined) return running.fill;
    const fill = new Fill();
    const work = this.#fill(fill, listed, sha256)
      .catch((error: unknown) => {
        const failure =
          error instanceof Failure
            ? error
            : new Failure('internal', 'the artifact could not be made ready', { cause: error });
        this.#parts.onEvent({ kind: 'failed', listed, failure });
        fill.finish({ kind: 'failed', failure });
      })
      .finally(() => {
        this.#fills.delete(key);
        this.#working.delete(work);
      });
    this.#fills.set(key, { fill, cleared: work });
    this.#working.add(work);
    return fill;
  }

  async #fill(fill: Fill, listed: ListedFile, sha256: Sha256): Promise<void> {
    // Asked for while the bytes come; it never rejects.
    const attested = this.#settle(listed);
    const stored = await this.#parts.blobs.open(sha256);
    if (stored?.path !== undefined)
      return this.#judgeStored(fill, listed, sha256, stored, attested);
    await stored?.close();
    const { spool, early } = await this.#receive(fill, listed, sha256);
    try {
      const bytes = { path: spool.path, size: spool.size, early };
      await this.#decide(fill, listed, sha256, bytes, attested);
      // Only what may go out is kept; a later waiver fetches it anew, and finds its findings here.
      const wanted = fill.end?.kind === 'allowed';
      if (wanted && !(await this.#parts.blobs.adopt(sha256, spool)))
        this.#parts.onEvent({ kind: 'not-kept', listed });
    } finally {
      await spool.discard();
    }
  }

  /** The bytes are here, the findings are not: an older inspector's, or lost. */
  async #judgeStored(
    fill: Fill,
    listed: ListedFile,
    sha256: Sha256,
    blob: Blob,
    attested: Promise<unknown>,
  ): Promise<void> {
    try {
      fill.begin(blob.path!, blob.size);
      fill.advance(blob.size);
      const bytes = { path: blob.path!, size: blob.size, early: undefined };
      await this.#decide(fill, listed, sha256, bytes, attested);
    } finally {
      await blob.close();
    }
    if (fill.end?.kind === 'refused') await this.#parts.blobs.delete(sha256);
  }

  async #receive(
    fill: Fill,
    listed: ListedFile,
    sha256: Sha256,
  ): Promise<{ spool: SpoolFile; early: EarlyLook | undefined }> {
    const spool = await this.#parts.spool.create(listed.file.size);
    const early = await this.#beginInspection(listed, sha256, spool.path);
    try {
      const { signal } = this.#stopping;
      const answer = await listed.upstream.fetchFile(listed.file.url, signal);
      fill.begin(spool.path, listed.file.size ?? answer.size);
      const declared = { sha256, size: listed.file.size, maxSize: this.#parts.maxSize };
      await transfer(answer, spool, declared, (received) => {
        fill.advance(received);
        early?.arrived(received);
      });
      return { spool, early };
    } catch (error) {
      early?.abandon();
      await spool.discard();
      throw error;
    }
  }

  /** Small artifacts are here before a look at them would have begun. */
  async #beginInspection(
    listed: ListedFile,
    sha256: Sha256,
    path: string,
  ): Promise<EarlyLook | undefined> {
    const { size, filename } = listed.file;
    if (!listed.upstream.inspect || (size !== undefined && size < EARLY_LOOK_FROM))
      return undefined;
    const known = await this.#parts.findings.get(listed.subject.project, sha256, filename);
    return known === undefined ? this.#parts.inspector.begin(path, nameOf(listed)) : undefined;
  }

  /** Steps 5 and 6: findings, once for these bytes; then the verdict, which opens the gate or shuts it. */
  async #decide(
    fill: Fill,
    listed: ListedFile,
    sha256: Sha256,
    bytes: Bytes,
    attested: Promise<unknown>,
  ): Promise<void> {
    const { judge, pages } = this.#parts;
    const { project } = listed.subject;
    const inspection = listed.upstream.inspect
      ? await this.#findings(listed, sha256, bytes)
      : undefined;
    await attested;
    // Once more, for the policy may have begun to ask meanwhile; as a rule there is nothing left to look at.
    const known = await this.#settle(listed);
    const verdict = judge.evaluate(listed.subject, inspection, known);
    if (verdict.hits.length > 0) pages.invalidate(project);
    fill.finish(
      verdict.outcome === 'block'
        ? { kind: 'refused', verdict }
        : { kind: 'allowed', verdict, size: bytes.size },
    );
  }

  async #findings(listed: ListedFile, sha256: Sha256, bytes: Bytes): Promise<Inspection> {
    const { findings } = this.#parts;
    const { project, filename } = listed.subject;
    const known = await findings.get(project, sha256, filename);
    if (known !== undefined) {
      bytes.early?.abandon();
      return known;
    }
    const artifact = { sha256, size: bytes.size, name: nameOf(listed) };
    const found = await this.#inspect(listed, bytes, artifact);
    // A fault of ours may pass: it refuses this time, and is not written down as a fact.
    if (!found.findings.some(({ code }) => code === 'inspection-failed'))
      await findings.put(project, found).catch((error: unknown) => {
        // They judge this fill all the same; the next one looks again.
        this.#parts.onEvent({ kind: 'findings-not-kept', listed, error });
      });
    return found;
  }

  async #inspect(listed: ListedFile, { path, early }: Bytes, artifact: ArtifactDescription) {
    const started = performance.now();
    const inspection = await this.#parts.inspector.inspect(path, artifact, early);
    const seconds = (performance.now() - started) / 1_000;
    const codes = inspection.findings.map((finding) => finding.code);
    this.#parts.onEvent({ kind: 'inspected', listed, seconds, codes });
    return inspection;
  }
}

function flightKey(listed: ListedFile, sha256: Sha256): string {
  return `${listed.subject.project}/${listed.subject.filename}/${sha256}`;
}

/** The rule `integrity` has refused a file without a digest before this is asked. */
function digestOf(listed: ListedFile): Sha256 {
  const { sha256 } = listed.file;
  if (sha256 === undefined) throw new Failure('internal', 'the index declares no sha256');
  return sha256;
}

function nameOf(listed: ListedFile) {
  const name = parseDistributionFilename(listed.file.filename, listed.subject.project);
  if (name === undefined) throw new Failure('not-found', 'the filename cannot be read');
  return name;
}
