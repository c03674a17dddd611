import type { DistantBytes, DistantFills } from '../fleet/distant-fills.js';
import type { Distant, FillNews, Holder, Lost } from '../fleet/leases.js';
import { SourceLost } from '../fleet/source-lost.js';

/** After so many that were lost nobody else is asked. */
const MOST_LOST = 8;
/** One that ends the connection after less than this is asked once more only so often, in bytes. */
const PROGRESS = 1024 * 1024;

/**
 * The bytes of one fill from whichever replica is at it. One that ends the connection is asked once more before its lease is
 * asked for: it may be there.
 */
export class DistantSource {
  readonly #fills: DistantFills;
  readonly #key: string;
  readonly #distant: Distant;
  readonly #leastRate: () => number;
  readonly #signal: AbortSignal;
  #holder: Holder | undefined;
  #bytes: DistantBytes | undefined;
  /** What was here when it was asked last. */
  #receivedThen = 0;
  /** Whether it was asked once more without having sent anything. */
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

  /** What the replica that has sent the last of the bytes has found of them. */
  get complete(): Extract<FillNews, { kind: 'complete' }> | undefined {
    return this.#bytes?.complete;
  }

  /** Whether they come from there, as far as they come. */
  get isThere(): boolean {
    return this.#holder !== undefined;
  }

  /**
   * @param received so many of them are here
   * @param why the last one was lost, where one was
   * @returns undefined where the rest is ours to get
   * @throws {Failure} what it has failed with there, and where too much is got otherwise
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

  /** It has sent something else than it should: it is not asked any more. */
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
