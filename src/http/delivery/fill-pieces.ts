import {
  type ByteRange,
  DeliveryGate,
  DRIP_INTERVAL_MS,
  type GateSettings,
} from '../../artifacts/delivery-gate.js';
import type { Fill, FillEnd } from '../../artifacts/fill.js';
import { FillReader } from '../../artifacts/fill-reader.js';
import type { FairShare } from '../../runtime/fair-share.js';
import { type Connection, FillWatch } from './fill-watch.js';
import { NO_BYTES, type Pieces } from './pieces.js';

/** How often a waiting response checks its deadline. */
const LOOK_INTERVAL_MS = 1_000;

/** A fill that ended without an allowed file. */
type Stopped = Exclude<FillEnd, { kind: 'allowed' }>;

/** Outcomes of a response that waits at the delivery gate. */
export type AtGate =
  /** It may begin. */
  | { readonly kind: 'open'; readonly pieces: Pieces }
  /** The verdict or a failure came first. */
  | Stopped
  /** The bytes went to the store before they could be opened here: ask the artifact service again. */
  | { readonly kind: 'moved' }
  /** The client hung up. */
  | { readonly kind: 'gone' };

/**
 * Waits until a response with the bytes of a fill may begin. It requires the artifact's length: without it, a client may take a
 * response that is cut off for complete. It always does over HTTP/1.0; over HTTP/1.1 it does behind a proxy that speaks
 * HTTP/1.0 to it, or if it is undici and the connection is not kept alive.
 * @param departing bounds the bytes in transit to clients
 */
export async function waitAtGate(
  connection: Connection,
  fill: Fill,
  settings: GateSettings,
  departing: FairShare,
): Promise<AtGate> {
  const gate = new DeliveryGate(settings);
  const watch = new FillWatch(connection, fill);
  while (!watch.gone && fill.end === undefined) {
    if (fill.total !== undefined && gate.mayBegin(fill.progress, watch.waited)) break;
    await watch.next(Math.min(settings.holdTime, LOOK_INTERVAL_MS));
  }
  if (watch.gone) return { kind: 'gone' };
  if (isStopped(fill.end)) return fill.end;
  const reader = new FillReader(fill);
  if (!(await isThere(reader)) && fill.end !== undefined) {
    await reader.close();
    return { kind: 'moved' };
  }
  const { total } = fill;
  if (reader.isSame && total !== undefined)
    return { kind: 'open', pieces: new FillPieces(fill, total, gate, watch, departing, reader) };
  // The transfer has begun anew meanwhile.
  await reader.close();
  return waitAtGate(connection, fill, settings, departing);
}

/** Rejects with the file system's error, and leaves nothing open then. */
async function isThere(reader: FillReader): Promise<boolean> {
  try {
    return await reader.ready();
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** The bytes that the delivery gate releases from a fill, as they arrive. */
class FillPieces implements Pieces {
  /** The length that the response declares. */
  readonly size: number;
  readonly #fill: Fill;
  readonly #gate: DeliveryGate;
  readonly #watch: FillWatch;
  readonly #departing: FairShare;
  readonly #leave: () => void;
  readonly #reader: FillReader;
  #buffer = Buffer.alloc(0);

  constructor(
    fill: Fill,
    size: number,
    gate: DeliveryGate,
    watch: FillWatch,
    departing: FairShare,
    reader: FillReader,
  ) {
    this.#fill = fill;
    this.size = size;
    this.#gate = gate;
    this.#watch = watch;
    this.#departing = departing;
    this.#leave = departing.join();
    this.#reader = reader;
  }

  async next(at: number, body: ByteRange): Promise<Uint8Array | undefined> {
    const fill = this.#fill;
    const watch = this.#watch;
    // A restarted transfer is verified separately. The bytes that were sent before belong to a transfer that failed.
    while (!watch.gone && this.#reader.isSame && !isStopped(fill.end) && !this.#hasOtherLength()) {
      const allowance = this.#gate.allowance(fill.progress, watch.waited, body);
      const ready = Math.min(allowance, at + this.#departing.each);
      if (ready > at) return this.#read(at, ready);
      // No more bytes will arrive. Nothing is missing of an empty file.
      if (fill.end !== undefined) return at === fill.end.size ? NO_BYTES : undefined;
      if ((await watch.next(DRIP_INTERVAL_MS)) === 'time') this.#gate.drip();
    }
    return undefined;
  }

  /** The verdict must apply to the artifact that the response declares, and not to another length. */
  #hasOtherLength(): boolean {
    return this.#fill.end !== undefined && this.#fill.total !== this.size;
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#reader.close();
  }

  async #read(at: number, end: number): Promise<Uint8Array | undefined> {
    // One for the whole response, as long as its longest piece.
    if (this.#buffer.length < end - at) this.#buffer = Buffer.allocUnsafe(end - at);
    const read = await this.#reader.read(this.#buffer.subarray(0, end - at), at);
    return read === 0 ? undefined : this.#buffer.subarray(0, read);
  }
}

function isStopped(end: FillEnd | undefined): end is Stopped {
  return end !== undefined && end.kind !== 'allowed';
}
