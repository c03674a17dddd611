import { isDeepStrictEqual } from 'node:util';
import type { Attestations } from '../attestations/attestations.js';
import type { KnownAttestations } from '../domain/attestation.js';
import type { Sha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { checked, type Hashes, strongName } from '../domain/hashes.js';
import { bearsOut } from '../domain/integrity.js';
import type { Arrived, FillNews, Leases, OurLease, TheirLease } from '../fleet/leases.js';
import type { EarlyLook, Inspector } from '../inspection/inspector.js';
import type { KnownBytes } from '../project-pages/known-bytes.js';
import { arrived } from '../project-pages/listing.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import type { BlobStore, LocalBlob } from '../store/blob-store.js';
import type { BytesAt, Place } from '../store/bytes.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { Spool, SpoolFile } from '../store/spool.js';
import type { Encoded, FileAnswer } from '../upstream/upstream.js';
import type { Judge } from '../verdicts/judge.js';
import { hashBlob } from './checked-hash.js';
import { type Fill, transfer } from './fill.js';

/** An artifact's bytes in a file, and a look that was had at them as they came. */
interface Bytes extends Arrived {
  readonly path: string;
  readonly early: EarlyLook | undefined;
}

/** One artifact to be brought here. */
interface Task {
  readonly fill: Fill;
  /** With the sha256 from when it is known. */
  listed: ListedFile;
  readonly signal: AbortSignal;
  readonly attested: Promise<unknown>;
  /** Once the findings are written down; nobody waits for that before the verdict. Never rejects. */
  kept: Promise<void>;
}

/** What is told of a fault that nobody foresaw. */
export const NOT_READY = 'The artifact could not be made ready.';
/** Artifacts from here on are read while they come in, in bytes. */
const EARLY_LOOK_FROM = 1024 * 1024;

export interface FillerParts {
  readonly pages: Pick<ProjectPages, 'find' | 'invalidate'>;
  readonly knownBytes: Pick<KnownBytes, 'remember'>;
  readonly judge: Judge;
  readonly blobs: BlobStore;
  readonly spool: Spool;
  readonly findings: FindingsStore;
  readonly inspector: Inspector;
  readonly leases: Leases;
  readonly bytesAt: BytesAt;
  readonly attestations: Pick<Attestations, 'lookUp'>;
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
    return attestations.lookUp(subject.project, upstream, (known) =>
      judge.unknownAttestations(subject, known),
    );
  }

  /**
   * Brings one artifact here and its fill to an end; follows another process where that one is at it already.
   * @throws {Failure} and whatever else went wrong: the fill has failed then
   */
  async fill(fill: Fill, listed: ListedFile, signal: AbortSignal): Promise<void> {
    // Asked for while the bytes come.
    const attested = this.settle(listed);
    while (fill.end === undefined) {
      const lease = await this.#parts.leases.take(flightKey(listed));
      const task: Task = { fill, listed, signal, attested, kept: Promise.resolve() };
      if (lease.kind === 'theirs') await this.#follow(task, lease);
      else await this.#lead(task, lease);
    }
  }

  async #lead(task: Task, lease: OurLease): Promise<void> {
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
  async #follow(task: Task, lease: TheirLease): Promise<void> {
    const { fill } = task;
    const { bytesAt } = this.#parts;
    let judged: Promise<void> | undefined;
    const followed = await lease.follow((news) => {
      if (news.kind === 'begun') fill.begin(bytesAt(news.place), news.total);
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
    if (fill.end === undefined && followed === 'lost') fill.restart();
  }

  async #judgeFollowed(
    task: Task,
    { inspection, ...bytes }: Extract<FillNews, { kind: 'complete' }>,
  ): Promise<void> {
    const { listed } = task;
    if (bytes.doubt === undefined) {
      // Nothing goes out uninspected because somebody forgot to say what was found.
      if (listed.upstream.inspect && inspection?.sha256 !== bytes.sha256)
        throw new Failure('internal', NOT_READY);
      // Nor do other bytes than the page declares that this process has.
      const known = knownDigest(listed);
      const right =
        known === undefined ? bearsOut(bytes, listed.file.hashes) : known === bytes.sha256;
      if (!right) throw new Failure('internal', NOT_READY);
    }
    recognise(task, bytes);
    await this.#judge(task, bytes.size, inspection);
  }

  async #obtain(task: Task, tell: (news: FillNews) => void): Promise<void> {
    const { fill } = task;
    task.listed = await this.#asKnownNow(task.listed);
    const { listed } = task;
    // Whoever had the lease before may have found what refuses it: nothing is fetched again for that.
    const { verdict } = await this.#parts.judge.judge(listed.subject);
    if (verdict.outcome === 'block') return fill.finish({ kind: 'refused', verdict });
    const { sha256 } = listed.file;
    const stored = sha256 && (await this.#parts.blobs.localCopy(sha256));
    if (stored !== undefined) return this.#judgeStored(task, stored, tell);
    const { spool, early, received } = await this.#receive(task);
    try {
      await this.#admit(task, { ...received, path: spool.path, early }, tell);
      await task.kept;
      // Only what may go out is kept; a later waiver fetches it anew, and finds its findings here.
      const wanted = fill.end?.kind === 'allowed';
      if (wanted && !(await this.#parts.blobs.put(received.sha256, spool)))
        this.#parts.onEvent({ kind: 'not-kept', listed });
    } finally {
      early?.abandon();
      await spool.discard();
    }
  }

  /** Whoever had the lease before may have learnt which bytes it has, and have stored them. */
  async #asKnownNow(listed: ListedFile): Promise<ListedFile> {
    if (listed.file.integrity !== 'on-arrival') return listed;
    const { project, filename } = listed.subject;
    const now = await this.#parts.pages.find(project, filename);
    return isDeepStrictEqual(now.file.hashes, listed.file.hashes) ? now : listed;
  }

  /** The bytes are here; the findings are not (an older inspector's, or lost), or a digest has come to be declared. */
  async #judgeStored(task: Task, blob: LocalBlob, tell: (news: FillNews) => void): Promise<void> {
    const { fill, listed } = task;
    const { size, path } = blob;
    const sha256 = digestOf(listed);
    fill.sha256 = sha256;
    try {
      fill.begin(this.#parts.bytesAt(inFile(path)), size);
      fill.advance(size);
      const bytes = { size, sha256, hashes: {}, path, early: undefined };
      if (listed.file.integrity === undefined) await this.#decide(task, bytes, tell);
      else
        await this.#admit(task, { ...bytes, ...(await hashBlob(blob, listed.file.hashes)) }, tell);
    } finally {
      await blob.close();
    }
    if (fill.end?.kind === 'refused') await this.#parts.blobs.delete(sha256);
  }

  async #receive(
    task: Task,
  ): Promise<{ spool: SpoolFile; early: EarlyLook | undefined; received: Arrived }> {
    const { fill, listed } = task;
    const { answer, spool } = await this.#beginReceiving(task);
    let early: EarlyLook | undefined;
    try {
      fill.begin(this.#parts.bytesAt(inFile(spool.path)), listed.file.size ?? answer.size);
      early = await this.#beginInspection(task, spool.path);
      const { hashes, size } = listed.file;
      const declared = { hashes, size, maxSize: this.#parts.maxSize };
      const received = await transfer(answer, spool, declared, (readable) => {
        fill.advance(readable);
        early?.arrived(readable);
      });
      return { spool, early, received };
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
      listed.upstream.fetchFile(listed.file.url, signal, encodingOf(listed.file.hashes)),
      this.#parts.spool.create(listed.file.size),
    ]);
    if (answer.status === 'fulfilled' && spool.status === 'fulfilled')
      return { answer: answer.value, spool: spool.value };
    if (answer.status === 'fulfilled') answer.value.body.destroy();
    if (spool.status === 'fulfilled') await spool.value.discard();
    throw answer.status === 'rejected' ? answer.reason : (spool as PromiseRejectedResult).reason;
  }

  /** Small artifacts are here before a look at them would have begun. */
  async #beginInspection({ listed }: Task, path: string): Promise<EarlyLook | undefined> {
    const { size, filename, sha256 } = listed.file;
    if (!listed.upstream.inspect || (size !== undefined && size < EARLY_LOOK_FROM))
      return undefined;
    const known =
      sha256 && (await this.#parts.findings.get(listed.subject.project, sha256, filename));
    return known === undefined ? this.#parts.inspector.begin(path, nameOf(listed)) : undefined;
  }

  /** Bytes that were held against what the index declares: against what was seen before them, too. */
  async #admit(task: Task, bytes: Bytes, tell: (news: FillNews) => void): Promise<void> {
    const { size, sha256, hashes } = bytes;
    const doubt = await this.#parts.knownBytes.remember(task.listed, bytes);
    recognise(task, { size, sha256, hashes, doubt });
    if (doubt === undefined) return this.#decide(task, bytes, tell);
    // What they hold does not matter.
    tell({ kind: 'complete', size, sha256, hashes, doubt });
    await this.#judge(task, size, undefined);
  }

  /** Steps 5 and 6: findings, once for these bytes; then the verdict. */
  async #decide(task: Task, bytes: Bytes, tell: (news: FillNews) => void): Promise<void> {
    const { listed } = task;
    const inspection = listed.upstream.inspect ? await this.#findings(task, bytes) : undefined;
    const { size, sha256, hashes } = bytes;
    tell({ kind: 'complete', size, sha256, hashes, ...(inspection && { inspection }) });
    await this.#judge(task, size, inspection);
  }

  /** The verdict opens the gate, or shuts it. */
  async #judge(task: Task, size: number, inspection: Inspection | undefined): Promise<void> {
    const { judge, pages } = this.#parts;
    const { fill, listed, attested } = task;
    await attested;
    // Once more, for the policy may have begun to ask meanwhile; as a rule there is nothing left to look at.
    const attestations = await this.settle(listed);
    const verdict = await judge.judgeSeen(listed.subject, { inspection, attestations });
    if (verdict.hits.length > 0) pages.invalidate(listed.subject.project);
    // Who is refused goes on to the release's next file: by then every process must know.
    if (verdict.outcome === 'block') await task.kept;
    fill.finish(
      verdict.outcome === 'block'
        ? { kind: 'refused', verdict }
        : { kind: 'allowed', verdict, size },
    );
  }

  async #findings(task: Task, bytes: Bytes): Promise<Inspection> {
    const { listed } = task;
    const { sha256 } = bytes;
    const { findings } = this.#parts;
    const { project, filename } = listed.subject;
    const known = await findings.get(project, sha256, filename);
    if (known !== undefined) {
      bytes.early?.abandon();
      return known;
    }
    const artifact = { sha256, size: bytes.size, name: nameOf(listed) };
    const found = await this.#inspect(listed, bytes, artifact);
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

/**
 * What one fill is of: a file's name counts, because findings compare it with the contents; and what the index declares,
 * not what is learnt of it meanwhile.
 */
export function flightKey({ subject, file, upstream }: ListedFile): string {
  return `${subject.project}/${subject.filename}/${strongName(file.hashes) || `at ${upstream.name}`}`;
}

/** The sha256 of a file, where nothing but that is left to be checked. */
export function knownDigest({ file }: ListedFile): Sha256 | undefined {
  return file.integrity === undefined ? file.sha256 : undefined;
}

/** The bytes are here, and what was declared of them is true. */
function recognise(task: Task, { sha256, doubt }: Arrived): void {
  const { file } = task.listed;
  if (doubt === undefined) task.fill.sha256 = sha256;
  if (doubt !== undefined || file.sha256 !== sha256 || file.integrity !== undefined)
    task.listed = arrived(task.listed, sha256, doubt);
}

/** Without a digest nobody can tell a file that was packed on its way. */
function encodingOf(hashes: Hashes): Encoded {
  return checked(hashes).length > 0 ? 'as-sent' : 'refused';
}

function inFile(path: string): Place {
  return { kind: 'file', path };
}

function digestOf({ file }: ListedFile): Sha256 {
  if (file.sha256 === undefined) throw new Failure('internal', NOT_READY);
  return file.sha256;
}

function nameOf(listed: ListedFile) {
  const name = parseDistributionFilename(listed.file.filename, listed.subject.project);
  if (name === undefined) throw new Failure('not-found', 'The filename cannot be read.');
  return name;
}
