import { asFailure, Failure } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import { checked, type Hashes } from '../domain/hashes.js';
import { DistantFailure, type DistantFills } from '../fleet/distant-fills.js';
import type { Arrived, FillNews } from '../fleet/leases.js';
import { SourceLost } from '../fleet/source-lost.js';
import type { EarlyLook } from '../inspection/inspector.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import type { SharedBlobs, SharedPut } from '../store/shared-blobs.js';
import type { Encoded, FileAnswer, Had } from '../upstream/upstream.js';
import type { Arrival } from './arrival.js';
import { DistantSource } from './distant-source.js';
import { newTransfer } from './fill.js';
import { Intake, type IntakeParts } from './intake.js';
import { answerOf, type LeftBytes } from './left-bytes.js';
import { flightKey, knownDigest, type OwnTask } from './task.js';
import { OtherBytes } from './transfer.js';

/** The transfer time of smaller artifacts does not reflect the bandwidth, in bytes. */
const RATE_FROM = 1024 * 1024;
/** A replica that sends so many times slower than the last came from an index is not waited for. */
const SLOW = 4;
/**
 * The rate of a source that is never replaced, in bytes per second: an index nearby may be many times as fast, but
 * another fetch would slow down a busy machine further.
 */
const FAST_ENOUGH = 2 * 1024 * 1024;

export interface ReceiverParts extends IntakeParts {
  /** Artifacts beyond this machine; undefined if they are not shared. */
  readonly sharedBlobs: SharedBlobs | undefined;
  /** Fills of other replicas; undefined without replicas. */
  readonly distantFills: DistantFills | undefined;
}

/** An artifact that was received completely. */
export interface Received {
  readonly arrival: Arrival;
  readonly early: EarlyLook | undefined;
  readonly received: Arrived;
  /** The upload for other machines; undefined if they already have it, or artifacts are not shared. */
  readonly put: SharedPut | undefined;
  /** The inspection of another replica. */
  readonly inspection: Inspection | undefined;
}

/**
 * Receives an artifact's bytes from the nearest source: the bytes left by a stopped process, a replica that is
 * receiving it, the store that machines share, or the index.
 */
export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #intake: Intake;
  /** The rate of the last artifact from an index, in bytes a second; 0 without one. */
  #rate = 0;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    this.#intake = new Intake(parts);
  }

  /** @throws {Failure} if no source has them; the received bytes are then deleted */
  async receive(task: OwnTask): Promise<Received> {
    const distant = this.#distantSource(task);
    try {
      if (task.left !== undefined || distant !== undefined)
        return await this.#receiveListed(task, task.left, distant);
    } catch (error) {
      if (!isOfOthers(error)) throw error;
      await distant?.distrust();
      // Responses that have sent some of them are aborted.
      task.fill.restart();
    }
    return (await this.#receiveShared(task)) ?? (await this.#receiveListed(task));
  }

  #distantSource({ listed, distant, signal }: OwnTask): DistantSource | undefined {
    const { distantFills } = this.#parts;
    if (distant === undefined || distantFills === undefined) return undefined;
    const leastRate = () => Math.min(FAST_ENOUGH, this.#rate / SLOW);
    return new DistantSource(distantFills, flightKey(listed), distant, leastRate, signal);
  }

  /**
   * Reads the copy of another machine from the shared store.
   * @returns undefined if it has no copy, or sends other bytes. The index is then queried and the transfer restarted:
   * responses that have sent some bytes are aborted
   */
  async #receiveShared(task: OwnTask): Promise<Received | undefined> {
    const { sharedBlobs } = this.#parts;
    const { fill, listed, signal } = task;
    const sha256 = knownDigest(listed);
    const { size } = listed.file;
    // The store's size is not trusted, because it would determine the reserved room and the length that clients receive.
    if (sharedBlobs === undefined || sha256 === undefined || size === undefined) return undefined;
    const answer = await sharedBlobs.fetch(sha256, signal);
    if (answer === undefined) return undefined;
    if (answer.size !== size || size > this.#parts.maxSize) {
      answer.body.destroy();
      sharedBlobs.distrust(sha256);
      return undefined;
    }
    let arrival: Arrival | undefined;
    try {
      arrival = await this.#intake.makeRoom(size);
      const { early, received } = await this.#intake.take(task, { ...answer, from: 0 }, arrival, {
        of: newTransfer(),
        isRead: true,
        show: (readable) => fill.advance(readable),
        rest: (_, why) => Promise.reject(new SourceLost(why)),
      });
      if (received.sha256 === sha256) {
        answer.confirm();
        return { arrival, early, received, put: undefined, inspection: undefined };
      }
      early?.abandon();
    } catch (error) {
      answer.body.destroy();
      // A local shortage would also affect the index's bytes.
      if (asFailure(error, '').kind !== 'upstream-broken') {
        await arrival?.discard();
        throw error;
      }
    }
    await arrival?.discard();
    sharedBlobs.distrust(sha256);
    fill.restart();
    return undefined;
  }

  /**
   * From the index, with an upload for other machines.
   * @param left bytes that are already here
   * @param distant a replica that may be sending them
   * @throws {OtherBytes} if the continuation has other bytes
   */
  async #receiveListed(
    task: OwnTask,
    left?: LeftBytes,
    distant?: DistantSource,
  ): Promise<Received> {
    const { fill, listed } = task;
    const { answer, arrival } = await this.#beginReceiving(task, left, distant);
    let put: SharedPut | undefined;
    try {
      const { size: announced } = answer;
      // Of the index's own size it was made; one that is too large is refused below.
      const isNew = listed.file.size === undefined && announced !== undefined;
      if (isNew && announced <= this.#parts.maxSize) await arrival.expect(announced);
      // The process that fetches them from the index uploads them.
      if (!distant?.isThere) put = await this.#share(task, arrival, answer);
      const { etag } = answer;
      const started = performance.now();
      const { early, received } = await this.#intake.take(task, answer, arrival, {
        of: left ?? newTransfer(etag),
        isRead: !distant?.isThere,
        show: (readable) => {
          if (distant?.isThere) fill.advance(readable);
          else fill.fetch(readable);
          put?.advance(readable);
        },
        rest: async (bytes, why) =>
          (await distant?.open(bytes, why)) ?? this.#fetch(task, { bytes, etag }),
      });
      if (left === undefined && distant === undefined)
        this.#noteRate(received.size, performance.now() - started);
      const inspection = distant?.complete && inspectionIn(distant.complete, received, listed);
      if (distant !== undefined && distant.complete === undefined && put === undefined) {
        put = await this.#share(task, arrival, answer);
        put?.advance(received.size);
      }
      return { arrival, early, received, put, inspection };
    } catch (error) {
      put?.abandon();
      answer.body.destroy();
      await arrival.discard();
      throw error;
    }
  }

  /** Uploads bytes from the index to the shared store, for use after an allowing verdict. */
  async #share(
    { listed }: OwnTask,
    arrival: Arrival,
    { size }: FileAnswer,
  ): Promise<SharedPut | undefined> {
    const expected = { sha256: knownDigest(listed), size: listed.file.size ?? size };
    return this.#parts.sharedBlobs?.begin(arrival.bytes, expected).catch(() => undefined);
  }

  /** Requests the file, and reserves room meanwhile; if either fails, the other is released. */
  async #beginReceiving(
    task: OwnTask,
    left: LeftBytes | undefined,
    distant: DistantSource | undefined,
  ): Promise<{ answer: FileAnswer; arrival: Arrival }> {
    const [answer, arrival] = await Promise.allSettled([
      left === undefined ? this.#begin(task, distant) : answerOf(left),
      this.#intake.makeRoom(task.listed.file.size),
    ]);
    if (answer.status === 'fulfilled' && arrival.status === 'fulfilled')
      return { answer: answer.value, arrival: arrival.value };
    if (answer.status === 'fulfilled') answer.value.body.destroy();
    if (arrival.status === 'fulfilled') await arrival.value.discard();
    throw answer.status === 'rejected' ? answer.reason : (arrival as PromiseRejectedResult).reason;
  }

  async #begin(task: OwnTask, distant: DistantSource | undefined): Promise<FileAnswer> {
    return (await distant?.open(0)) ?? this.#fetch(task);
  }

  #noteRate(bytes: number, milliseconds: number): void {
    if (bytes >= RATE_FROM) this.#rate = (bytes / milliseconds) * 1_000;
  }

  #fetch({ listed: { file, upstream }, signal }: OwnTask, had?: Had): Promise<FileAnswer> {
    return upstream.fetchFile(file.url, signal, encodingOf(file.hashes), had);
  }
}

/** The inspection of another replica for exactly these bytes. @throws {OtherBytes} if it had others */
function inspectionIn(
  { sha256, size, inspection }: Extract<FillNews, { kind: 'complete' }>,
  received: Arrived,
  { subject }: ListedFile,
): Inspection | undefined {
  if (sha256 !== received.sha256 || size !== received.size) throw new OtherBytes();
  const isOfThem = inspection?.sha256 === sha256 && inspection.filename === subject.filename;
  return isOfThem ? inspection : undefined;
}

/** Whether the error may be caused by bytes that did not come from the index. */
function isOfOthers(error: unknown): boolean {
  if (error instanceof OtherBytes) return true;
  if (!(error instanceof Failure) || error instanceof DistantFailure) return false;
  return error.kind === 'upstream-broken';
}

/** Without a digest, a file that was compressed in transit cannot be detected. */
function encodingOf(hashes: Hashes): Encoded {
  return checked(hashes).length > 0 ? 'as-sent' : 'refused';
}
