import type { Attestations } from '../attestations/attestations.js';
import type { KnownAttestations } from '../domain/attestation.js';
import type { Sha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import type { EarlyLook, Inspector } from '../inspection/inspector.js';
import type { ListedFile, ProjectPages } from '../pages/project-pages.js';
import type { Blob, BlobStore } from '../store/blob-store.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { Spool, SpoolFile } from '../store/spool.js';
import type { FileAnswer } from '../upstream/upstream.js';
import type { Judge } from '../verdicts/judge.js';
import { type Fill, transfer } from './fill.js';
import type { FillLease, FillLeases, FillNews } from './fill-leases.js';

/** An artifact's bytes in a file, and a look that was had at them as they came. */
interface Bytes {
  readonly path: string;
  readonly size: number;
  readonly early: EarlyLook | undefined;
}

/** One artifact to be brought here. */
interface Task {
  readonly fill: Fill;
  readonly listed: ListedFile;
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
  readonly attested: Promise<unknown>;
  /** Once the findings are written down; nobody waits for that before the verdict. Never rejects. */
  kept: Promise<void>;
}

/** What is told of a fault that nobody foresaw. */
export const NOT_READY = 'the artifact could not be made ready';
/** Artifacts from here on are read while they come in, in bytes. */
const EARLY_LOOK_FROM = 1024 * 1024;

export interface FillerParts {
  readonly pages: Pick<ProjectPages, 'invalidate'>;
  readonly judge: Judge;
  readonly blobs: BlobStore;
  readonly spool: Spool;
  readonly findings: FindingsStore;
  readonly inspector: Inspector;
  readonly leases: FillLeases;
  readonly attestations: Pick<Attestations, 'settle'>;
  /** No artifact may be longer, in bytes. */
  readonly maxSize: number;
  /** Told of what no request is told of. */
  readonly onEvent: (event: FillEvent) => void;
}

export type FillEvent =
  | {
      readonly kind: 'inspected';
      readonly listed: ListedFile;
      readonly seconds: number;
      readonly codes: readonly string[];
    }
  | { readonly kind: 'not-kept'; readonly listed: ListedFile }
  | { readonly kind: 'findings-not-kept'; readonly listed: ListedFile; readonly error: unknown };

/** Steps 4 to 6 of an artifact's way: fetched once, inspected, judged, kept. */
export class Filler {
  readonly #parts: FillerParts;

  constructor(parts: FillerParts) {
    this.#parts = parts;
  }

  /** What is known of who attests a file, once all has been asked that its verdict needs. Never rejects. */
  settle({ subject, upstream }: ListedFile): Promise<KnownAttestations> {
    const { attestations, judge } = this.#parts;
    return attestations.settle(subject.project, upstream, (known) =>
      judge.unknownAttestations(subject, known),
    );
  }

  /**
   * Brings one artifact here and its fill to an end; follows another process where that one is at it already.
   * @throws {Failure} and whatever else went wrong: the fill has failed then
   */
  async fill(fill: Fill, listed: ListedFile, sha256: Sha256, signal: AbortSignal): Promise<void> {
    // Asked for while the bytes come.
    const attested = this.settle(listed);
    while (fill.end === undefined) {
      const lease = await this.#parts.leases.take(flightKey(listed, sha256));
      const task: Task = { fill, listed, sha256, signal, attested, kept: Promise.resolve() };
      if (lease.kind === 'theirs') await this.#follow(task, lease);
      else await this.#lead(task, lease);
    }
  }

  async #lead(task: Task, lease: Extract<FillLease, { kind: 'ours' }>): Promise<void> {
    try {
      task.fill.onNews(lease.tell);
      await this.#obtain(task, lease.tell);
    } catch (error) {
      const { kind, message } =
        error instanceof Failure ? error : { kind: 'internal' as const, message: NOT_READY };
      lease.tell({ kind: 'failed', failure: kind, message });
      throw error;
    } finally {
      await task.kept;
      lease.release();
    }
  }

  /** Another process does the work; whether the artifact may go out is judged here all the same. */
  async #follow(task: Task, lease: Extract<FillLease, { kind: 'theirs' }>): Promise<void> {
    const { fill } = task;
    let judged: Promise<void> | undefined;
    const followed = await lease.follow((news) => {
      if (news.kind === 'begun') fill.begin(news.path, news.total);
      else if (news.kind === 'arrived') fill.advance(news.bytes);
      else if (news.kind === 'complete') {
        fill.advance(news.size);
        judged = this.#judgeFollowed(task, news);
      } else judged = Promise.reject(new Failure(news.failure, news.message));
      // Awaited below, once there is nothing more to follow.
      judged?.catch(() => {});
    });
    await judged;
    // Over without a word about how: whoever did it is gone, and the next one begins anew.
    if (fill.end === undefined && followed === 'lost') fill.advance(0);
  }

  async #judgeFollowed(
    task: Task,
    { size, inspection }: Extract<FillNews, { kind: 'complete' }>,
  ): Promise<void> {
    const { listed, sha256 } = task;
    // Nothing goes out uninspected because somebody forgot to say what was found.
    if (listed.upstream.inspect && inspection?.sha256 !== sha256)
      throw new Failure('internal', NOT_READY);
    await this.#judge(task, size, inspection);
  }

  async #obtain(task: Task, tell: (news: FillNews) => void): Promise<void> {
    const { listed, sha256, fill } = task;
    const stored = await this.#parts.blobs.open(sha256);
    if (stored?.path !== undefined) return this.#judgeStored(task, stored, tell);
    await stored?.close();
    const { spool, early } = await this.#receive(task);
    try {
      await this.#decide(task, { path: spool.path, size: spool.size, early }, tell);
      await task.kept;
      // Only what may go out is kept; a later waiver fetches it anew, and finds its findings here.
      const wanted = fill.end?.kind === 'allowed';
      if (wanted && !(await this.#parts.blobs.adopt(sha256, spool)))
        this.#parts.onEvent({ kind: 'not-kept', listed });
    } finally {
      early?.abandon();
      await spool.discard();
    }
  }

  /** The bytes are here, the findings are not: an older inspector's, or lost. */
  async #judgeStored(task: Task, blob: Blob, tell: (news: FillNews) => void): Promise<void> {
    const { fill, sha256 } = task;
    try {
      fill.begin(blob.path!, blob.size);
      fill.advance(blob.size);
      await this.#decide(task, { path: blob.path!, size: blob.size, early: undefined }, tell);
    } finally {
      await blob.close();
    }
    if (fill.end?.kind === 'refused') await this.#parts.blobs.delete(sha256);
  }

  async #receive(task: Task): Promise<{ spool: SpoolFile; early: EarlyLook | undefined }> {
    const { fill, listed, sha256 } = task;
    const { answer, spool } = await this.#beginReceiving(task);
    let early: EarlyLook | undefined;
    try {
      fill.begin(spool.path, listed.file.size ?? answer.size);
      early = await this.#beginInspection(task, spool.path);
      const declared = { sha256, size: listed.file.size, maxSize: this.#parts.maxSize };
      await transfer(answer, spool, declared, (received) => {
        fill.advance(received);
        early?.arrived(received);
      });
      return { spool, early };
    } catch (error) {
      early?.abandon();
      answer.body.destroy();
      await spool.discard();
      throw error;
    }
  }

  /** Asks the upstream, and makes a file for the answer meanwhile; where either fails, nothing of the other is left. */
  async #beginReceiving({
    listed,
    signal,
  }: Task): Promise<{ answer: FileAnswer; spool: SpoolFile }> {
    const [answer, spool] = await Promise.allSettled([
      listed.upstream.fetchFile(listed.file.url, signal),
      this.#parts.spool.create(listed.file.size),
    ]);
    if (answer.status === 'fulfilled' && spool.status === 'fulfilled')
      return { answer: answer.value, spool: spool.value };
    if (answer.status === 'fulfilled') answer.value.body.destroy();
    if (spool.status === 'fulfilled') await spool.value.discard();
    throw answer.status === 'rejected' ? answer.reason : (spool as PromiseRejectedResult).reason;
  }

  /** Small artifacts are here before a look at them would have begun. */
  async #beginInspection({ listed, sha256 }: Task, path: string): Promise<EarlyLook | undefined> {
    const { size, filename } = listed.file;
    if (!listed.upstream.inspect || (size !== undefined && size < EARLY_LOOK_FROM))
      return undefined;
    const known = await this.#parts.findings.get(listed.subject.project, sha256, filename);
    return known === undefined ? this.#parts.inspector.begin(path, nameOf(listed)) : undefined;
  }

  /** Steps 5 and 6: findings, once for these bytes; then the verdict. */
  async #decide(task: Task, bytes: Bytes, tell: (news: FillNews) => void): Promise<void> {
    const { listed } = task;
    const inspection = listed.upstream.inspect ? await this.#findings(task, bytes) : undefined;
    tell({ kind: 'complete', size: bytes.size, ...(inspection && { inspection }) });
    await this.#judge(task, bytes.size, inspection);
  }

  /** The verdict opens the gate, or shuts it. */
  async #judge(
    { fill, listed, attested }: Task,
    size: number,
    inspection: Inspection | undefined,
  ): Promise<void> {
    const { judge, pages } = this.#parts;
    await attested;
    // Once more, for the policy may have begun to ask meanwhile; as a rule there is nothing left to look at.
    const known = await this.settle(listed);
    const verdict = judge.evaluate(listed.subject, inspection, known);
    if (verdict.hits.length > 0) pages.invalidate(listed.subject.project);
    fill.finish(
      verdict.outcome === 'block'
        ? { kind: 'refused', verdict }
        : { kind: 'allowed', verdict, size },
    );
  }

  async #findings(task: Task, bytes: Bytes): Promise<Inspection> {
    const { listed, sha256 } = task;
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
      task.kept = findings.put(project, found).catch((error: unknown) => {
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

/** What one fill is of: a file's name counts, because findings compare it with the contents. */
export function flightKey({ subject }: ListedFile, sha256: Sha256): string {
  return `${subject.project}/${subject.filename}/${sha256}`;
}

function nameOf(listed: ListedFile) {
  const name = parseDistributionFilename(listed.file.filename, listed.subject.project);
  if (name === undefined) throw new Failure('not-found', 'the filename cannot be read');
  return name;
}
