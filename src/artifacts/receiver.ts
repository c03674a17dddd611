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

/** Of smaller ones the time says nothing of the line, in bytes. */
const RATE_FROM = 1024 * 1024;
/** A replica that sends so many times slower than the last came from an index is not waited for. */
const SLOW = 4;
/**
 * One that sends as much as this is waited for in any case, in bytes a second: an index nearby may have sent many times as much, and to
 * fetch it once more would take from a machine that is busy what it lacks already.
 */
const FAST_ENOUGH = 2 * 1024 * 1024;

export interface ReceiverParts extends IntakeParts {
  /** Artifacts beyond this machine; undefined where there are none. */
  readonly sharedBlobs: SharedBlobs | undefined;
  /** Where other replicas are asked for what comes in there; undefined where there are none. */
  readonly distantFills: DistantFills | undefined;
}

/** An artifact that has come in whole. */
export interface Received {
  readonly arrival: Arrival;
  readonly early: EarlyLook | undefined;
  readonly received: Arrived;
  /** For other machines; undefined where they have it, or nothing is shared. */
  readonly put: SharedPut | undefined;
  /** What another replica has found in it. */
  readonly inspection: Inspection | undefined;
}

/**
 * Brings an artifact's bytes here, from where they are nearest: what somebody has left of them, a replica that is at it, the
 * store that machines share, or the index.
 */
export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #intake: Intake;
  /** At which the last artifact has come from an index, in bytes a second; 0 where none has. */
  #rate = 0;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    this.#intake = new Intake(parts);
  }

  /** @throws {Failure} where nobody has them, and nothing of them is left here then */
  async receive(task: OwnTask): Promise<Received> {
    const distant = this.#distantSource(task);
    try {
      if (task.left !== undefined || distant !== undefined)
        return await this.#receiveListed(task, task.left, distant);
    } catch (error) {
      if (!isOfOthers(error)) throw error;
      await distant?.distrust();
      // Whoever has had some of them is cut off.
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
   * Takes what another machine has put into the shared store.
   * @returns undefined where it has none, or sends something else. Then the index is asked, and all begins anew: a client that
   *   has had some of it is cut off
   */
  async #receiveShared(task: OwnTask): Promise<Received | undefined> {
    const { sharedBlobs } = this.#parts;
    const { fill, listed, signal } = task;
    const sha256 = knownDigest(listed);
    const { size } = listed.file;
    // What the store says of a size is not believed: room is made by it, and clients are told.
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
      // What is short here is short for the index's bytes, too.
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
   * From the index, and for other machines, too.
   * @param left what need not come from there
   * @param distant who may be sending them
   * @throws {OtherBytes} where whoever goes on with them has others
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
      // Whoever has them from the index puts them there.
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

  /** What comes in from the index others find in the shared store, once it may go out. */
  async #share(
    { listed }: OwnTask,
    arrival: Arrival,
    { size }: FileAnswer,
  ): Promise<SharedPut | undefined> {
    const expected = { sha256: knownDigest(listed), size: listed.file.size ?? size };
    return this.#parts.sharedBlobs?.begin(arrival.bytes, expected).catch(() => undefined);
  }

  /** Asks the upstream, and makes room for the answer meanwhile; where either fails, nothing of the other is left. */
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

/** What another replica has found in these very bytes. @throws {OtherBytes} where it had others */
function inspectionIn(
  { sha256, size, inspection }: Extract<FillNews, { kind: 'complete' }>,
  received: Arrived,
  { subject }: ListedFile,
): Inspection | undefined {
  if (sha256 !== received.sha256 || size !== received.size) throw new OtherBytes();
  const isOfThem = inspection?.sha256 === sha256 && inspection.filename === subject.filename;
  return isOfThem ? inspection : undefined;
}

/** Whether what went wrong may lie with the bytes that did not come from the index. */
function isOfOthers(error: unknown): boolean {
  if (error instanceof OtherBytes) return true;
  if (!(error instanceof Failure) || error instanceof DistantFailure) return false;
  return error.kind === 'upstream-broken';
}

/** Without a digest nobody can tell a file that was packed on its way. */
function encodingOf(hashes: Hashes): Encoded {
  return checked(hashes).length > 0 ? 'as-sent' : 'refused';
}
