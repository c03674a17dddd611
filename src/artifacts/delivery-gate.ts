/** How a response treats the bytes of an artifact whose verdict is not known yet. */
export interface GateSettings {
  /** `hold`: nothing leaves before the verdict. */
  readonly mode: 'stream' | 'hold';
  /** No bytes are sent before this many have been received … */
  readonly holdBytes: number;
  /** … and the client has waited less than this, in milliseconds; as long as none have, longer. */
  readonly holdTime: number;
  /** The last bytes, which always wait for the verdict. */
  readonly lastBlock: number;
}

/** The known state of an artifact at one time. */
export interface Progress {
  /** Bytes received from the upstream. */
  readonly received: number;
  readonly verdict: 'pending' | 'allowed' | 'refused';
}

/**
 * A client that receives nothing for a while disconnects (pip after 15 s, uv after 30 s), and the inspection of a very
 * large wheel may take that long. Single bytes from before the last block are therefore sent meanwhile.
 */
export const DRIP_INTERVAL_MS = 4_000;
const DRIP_BYTES = 1_024;
/**
 * The minimum wait of a response for the upstream's first byte, in milliseconds: a missing file can only be reported
 * before the response has begun.
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
 * Decides how many bytes of an artifact one response may send. A pure function of the received bytes and the client's
 * waiting time, which can be read and tested without sockets and files.
 *
 * It ensures that no response with an artifact is completed before the verdict and the digest check. Until the verdict,
 * at least the last block of the received bytes is held back, with the zip directory or the gzip trailer, and also the
 * end of every body, at any position in the artifact. The upstream's declared length is not used for the first, since a
 * false one would move the last block.
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
   * The end (exclusive) of the bytes that may be sent, from the artifact's first byte.
   * @param body the part of the artifact in the response; its end is infinite until it is known
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
