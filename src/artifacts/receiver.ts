import { asFailure } from '../domain/failure.js';
import { checked, type Hashes } from '../domain/hashes.js';
import type { Arrived } from '../fleet/leases.js';
import type { EarlyLook, Inspectable, Inspector } from '../inspection/inspector.js';
import type { FairShare } from '../runtime/fair-share.js';
import type { BytesAt } from '../store/bytes.js';
import type { SharedBlobs, SharedPut } from '../store/shared-blobs.js';
import type { Spool } from '../store/spool.js';
import type { Encoded, FileAnswer } from '../upstream/upstream.js';
import type { Arrival } from './arrival.js';
import { arriveInFile } from './arriving-file.js';
import type { ArrivingMemory } from './arriving-memory.js';
import { knownDigest, nameOf, type OwnTask } from './task.js';
import { transfer } from './transfer.js';

/** Artifacts from here on are read while they come in, in bytes. */
const EARLY_LOOK_FROM = 1024 * 1024;

export interface ReceiverParts {
  /** Artifacts beyond this machine; undefined where there are none. */
  readonly sharedBlobs: SharedBlobs | undefined;
  readonly spool: Spool;
  /** For small artifacts, before that; undefined where other processes read what comes in here. */
  readonly memory: ArrivingMemory | undefined;
  readonly bytesAt: BytesAt;
  readonly inspector: Inspector;
  /** What may wait for the file system while artifacts come in. */
  readonly arriving: FairShare;
  /** No artifact may be longer, in bytes. */
  readonly maxSize: number;
}

/** An artifact that has come in whole. */
export interface Received {
  readonly arrival: Arrival;
  readonly early: EarlyLook | undefined;
  readonly received: Arrived;
  /** For other machines; undefined where they have it, or nothing is shared. */
  readonly put: SharedPut | undefined;
}

/** Brings an artifact's bytes here, from where they are nearest: the store that machines share, or the index. */
export class Receiver {
  readonly #parts: ReceiverParts;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} where neither has them, and nothing of them is left here then */
  async receive(task: OwnTask): Promise<Received> {
    return (await this.#receiveShared(task)) ?? (await this.#receiveListed(task));
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
      arrival = await this.#makeRoom(size);
      const show = (readable: number) => fill.advance(readable);
      const { early, received } = await this.#takeIn(task, answer, arrival, show);
      if (received.sha256 === sha256) {
        answer.confirm();
        return { arrival, early, received, put: undefined };
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

  /** From the index, and for other machines, too. */
  async #receiveListed(task: OwnTask): Promise<Received> {
    const { fill, listed } = task;
    const { answer, arrival } = await this.#beginReceiving(task);
    let put: SharedPut | undefined;
    try {
      const { size: announced } = answer;
      // Of the index's own size it was made; one that is too large is refused below.
      const isNew = listed.file.size === undefined && announced !== undefined;
      if (isNew && announced <= this.#parts.maxSize) await arrival.expect(announced);
      put = await this.#share(task, arrival, answer);
      const show = (readable: number) => {
        fill.fetch(readable);
        put?.advance(readable);
      };
      return { ...(await this.#takeIn(task, answer, arrival, show)), put };
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

  /** @param show told how many bytes can be read */
  async #takeIn(
    task: OwnTask,
    answer: Pick<FileAnswer, 'size' | 'body'>,
    arrival: Arrival,
    show: (readable: number) => void,
  ): Promise<Omit<Received, 'put'>> {
    const { fill, listed } = task;
    let early: EarlyLook | undefined;
    try {
      const { size: announced } = answer;
      const { maxSize } = this.#parts;
      fill.begin(arrival.bytes, listed.file.size ?? announced);
      early = this.#lookEarly(task, arrival.at);
      const { hashes, size } = listed.file;
      const declared = { hashes, size, maxSize };
      const received = await transfer(answer, arrival, declared, (readable) => {
        show(readable);
        early?.arrived(readable);
      });
      return { arrival, early, received };
    } catch (error) {
      early?.abandon();
      throw error;
    }
  }

  /** Asks the upstream, and makes room for the answer meanwhile; where either fails, nothing of the other is left. */
  async #beginReceiving({
    listed,
    signal,
  }: OwnTask): Promise<{ answer: FileAnswer; arrival: Arrival }> {
    const [answer, arrival] = await Promise.allSettled([
      listed.upstream.fetchFile(listed.file.url, signal, encodingOf(listed.file.hashes)),
      this.#makeRoom(listed.file.size),
    ]);
    if (answer.status === 'fulfilled' && arrival.status === 'fulfilled')
      return { answer: answer.value, arrival: arrival.value };
    if (answer.status === 'fulfilled') answer.value.body.destroy();
    if (arrival.status === 'fulfilled') await arrival.value.discard();
    throw answer.status === 'rejected' ? answer.reason : (arrival as PromiseRejectedResult).reason;
  }

  async #makeRoom(size: number | undefined): Promise<Arrival> {
    const { memory, spool, bytesAt, arriving } = this.#parts;
    return memory?.begin(size) ?? arriveInFile(await spool.create(size), bytesAt, arriving);
  }

  /** Small artifacts are here before a look at them would have begun; at others one may have been had. */
  #lookEarly({ listed, known }: OwnTask, at: Inspectable): EarlyLook | undefined {
    const { inspector } = this.#parts;
    const { size } = listed.file;
    if (!listed.upstream.inspect || known.inspection !== undefined) return undefined;
    if (typeof at === 'string' && (size === undefined || size >= EARLY_LOOK_FROM))
      return inspector.begin(at, nameOf(listed), size);
    inspector.expectOne();
    return undefined;
  }
}

/** Without a digest nobody can tell a file that was packed on its way. */
function encodingOf(hashes: Hashes): Encoded {
  return checked(hashes).length > 0 ? 'as-sent' : 'refused';
}
