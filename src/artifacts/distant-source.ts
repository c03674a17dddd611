import type { DistantBytes, DistantFills } from '../fleet/distant-fills.js';
import type { Distant, FillNews, Holder, Lost } from '../fleet/leases.js';
import { SourceLost } from '../fleet/source-lost.js';

/** The maximum number of lost replicas; afterwards no other replica is tried. */
const MOST_LOST = 8;
/** Minimum progress between two retries of a replica that disconnects, in bytes: below it, there is only one retry. */
const PROGRESS = 1024 * 1024;

/**
 * The bytes of one fill from the replica that receives it. A replica that disconnects is retried once before its lease
 * is requested, because it may still be running.
 */
export class DistantSource {
  readonly #fills: DistantFills;
  readonly #key: string;
  readonly #distant: Distant;
  readonly #leastRate: () => number;
  readonly #signal: AbortSignal;
  #holder: Holder | undefined;
  #bytes: DistantBytes | undefined;
  /** The number of received bytes at the last request. */
  #receivedThen = 0;
  /** Whether it was retried without having sent any bytes. */
  #isSecond = false;
  #lostSoFar = 0;
  #crept = 0;
  #hasAsked = false;

  constructor(
    fills: DistantFills,
    key: string,
    distant: Distant,
    leastRate: () => number,
    signal: AbortSignal,
  ) {
    this.#fills = fills;
    this.#key = key;
    this.#distant = distant;
    this.#leastRate = leastRate;
    this.#signal = signal;
    this.#holder = distant.holder;
  }

  /** The findings of the replica that sent the last bytes. */
  get complete(): Extract<FillNews, { kind: 'complete' }> | undefined {
    return this.#bytes?.complete;
  }

  /** Whether a replica still sends the bytes. */
  get isThere(): boolean {
    return this.#holder !== undefined;
  }

  /**
   * @param received the number of bytes received here
   * @param why the reason of the last loss, if there was one
   * @returns undefined if the rest must be fetched here
   * @throws {Failure} the failure there, or if too much has been fetched otherwise
   */
  async open(received: number, why?: Lost): Promise<DistantBytes | undefined> {
    const cameOn = received > this.#receivedThen;
    const goesOn = why?.how === 'ended' && (cameOn || !this.#isSecond);
    this.#isSecond = goesOn && !cameOn;
    if (goesOn && received - this.#receivedThen < PROGRESS) this.#crept += 1;
    let lost = goesOn || !this.#hasAsked ? undefined : why;
    if (goesOn && this.#crept > MOST_LOST) lost = { how: 'useless' };
    for (;;) {
      if (lost !== undefined) await this.#lose(lost);
      if (this.#holder === undefined) return undefined;
      const asked = await this.#ask(this.#holder, received);
      if ('body' in asked) return asked;
      lost = asked;
    }
  }

  /** It sent unexpected bytes and is not used again. */
  async distrust(): Promise<void> {
    if (this.#holder === undefined) return;
    await this.#distant.lost(this.#holder, { how: 'useless' });
    this.#holder = undefined;
  }

  async #lose(lost: Lost): Promise<void> {
    const holder = this.#holder!;
    this.#lostSoFar += 1;
    this.#bytes = undefined;
    this.#holder = undefined;
    const how: Lost = this.#lostSoFar > MOST_LOST ? { how: 'useless' } : lost;
    this.#holder = await this.#distant.lost(holder, how);
  }

  async #ask(holder: Holder, received: number): Promise<DistantBytes | Lost> {
    const had = { bytes: received, transfer: this.#bytes?.transfer };
    this.#receivedThen = received;
    this.#hasAsked = true;
    try {
      const leastRate = this.#leastRate();
      this.#bytes = await this.#fills.open(holder, this.#key, had, leastRate, this.#signal);
      return this.#bytes;
    } catch (error) {
      if (error instanceof SourceLost) return error.lost;
      throw error;
    }
  }
}
