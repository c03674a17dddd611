/** How a response treats the bytes of an artifact whose verdict is not known yet. */
export interface GateSettings {
  /** `hold`: nothing leaves before the verdict. */
  readonly mode: 'stream' | 'hold';
  /** Nothing leaves while fewer bytes than this have come in … */
  readonly holdBytes: number;
  /** … and the client has waited less than this, in milliseconds; as long as none have, longer. */
  readonly holdTime: number;
  /** The bytes at the end that wait for the verdict, whatever else has left. */
  readonly lastBlock: number;
}

/** What is known of an artifact at one moment. */
export interface Progress {
  /** Bytes that have come in from the upstream. */
  readonly received: number;
  readonly verdict: 'pending' | 'allowed' | 'refused';
}

/**
 * A client that has had nothing for a while hangs up (pip after 15 s, uv after 30 s), and the inspection of
 * a very large wheel may take that long. So single bytes drip from in front of the last block meanwhile.
 */
export const DRIP_INTERVAL_MS = 4_000;
const DRIP_BYTES = 1_024;
/**
 * How long a response waits for the upstream's first byte, at least, in milliseconds: that it has no such file is an answer
 * only to a client that has had none yet.
 */
const FIRST_BYTE_TIME = 12_000;
/** An artifact smaller than this never drips: its beginning and its end are too near each other. */
const DRIP_FROM = 64 * 1_024;

/** A window of an artifact: `start` inclusive, `end` exclusive, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Decides how far into an artifact one response may go. A pure function of what has come in and how long
 * the client has waited, so that it can be read, and tested, apart from sockets and files.
 *
 * It holds the promise that nothing completes of an artifact that may be refused, or turn out to be another: until the
 * verdict, at least the last block of what has come in stays here, and with it the zip directory or the gzip trailer; and of
 * every body its own end, wherever in the artifact that is. What an upstream declares as the length plays no part in the
 * first, since a false one would move the last block.
 */
export class DeliveryGate {
  readonly #settings: GateSettings;
  #open = false;
  #dripped = 0;

  constructor(settings: GateSettings) {
    this.#settings = settings;
  }

  /** Whether the response may begin although the verdict is not known. Once it may, it may. */
  mayBegin(progress: Progress, waited: number): boolean {
    if (progress.verdict === 'allowed') return true;
    if (progress.verdict === 'refused' || this.#settings.mode === 'hold') return false;
    const { holdBytes, holdTime } = this.#settings;
    const time = progress.received > 0 ? holdTime : Math.max(holdTime, FIRST_BYTE_TIME);
    this.#open ||= progress.received >= holdBytes || waited >= time;
    return this.#open;
  }

  /**
   * The end (exclusive) of what may have left, counted from the artifact's first byte.
   * @param body what of the artifact the response gives; its end is infinite as long as nobody knows it
   */
  allowance(progress: Progress, waited: number, { start, end }: ByteRange): number {
    const { received, verdict } = progress;
    if (verdict === 'allowed') return Math.min(received, end);
    if (!this.mayBegin(progress, waited)) return 0;
    const flowing = received - this.#settings.lastBlock - DRIP_BYTES;
    const dripping = received >= DRIP_FROM ? this.#dripped : 0;
    const ofArtifact = Math.max(flowing, 0) + dripping;
    const ofBody = Math.max(start, end - DRIP_BYTES) + this.#dripped;
    return Math.min(ofArtifact, ofBody, end - 1);
  }

  /** Lets one more byte out; call it when the client has had nothing for `DRIP_INTERVAL_MS`. */
  drip(): void {
    if (this.#open && this.#dripped < DRIP_BYTES) this.#dripped += 1;
  }
}
