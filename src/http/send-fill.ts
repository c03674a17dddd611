import type { ServerResponse } from 'node:http';
import type { ByteRange } from '../artifacts/byte-range.js';
import { DeliveryGate, DRIP_INTERVAL_MS, type GateSettings } from '../artifacts/delivery-gate.js';
import type { Fill, FillEnd } from '../artifacts/fill.js';
import { DEPARTING } from '../runtime/fair-share.js';
import type { ByteReader, GrowingBytes } from '../store/bytes.js';
import {
  beginArtifact,
  type Delivery,
  endWithoutBody,
  NOTHING_SENT,
  requestedRange,
  type Sent,
  writeChunk,
} from './artifact-response.js';

/** How a response to a cold artifact ended. */
export type FillSent =
  /** As far as it went with the artifact's bytes. */
  | { readonly kind: 'sent'; readonly sent: Sent }
  /** The verdict or a failure came first, or cut it off: `bytes` had left by then. */
  | {
      readonly kind: 'stopped';
      readonly end: Exclude<FillEnd, { kind: 'allowed' }>;
      readonly bytes: number;
    }
  /** The file went to the store before it could be opened here: ask the artifact service again. */
  | { readonly kind: 'moved' };

/**
 * Sends an artifact that is still coming in, through the delivery gate. Where it returns `stopped` with no
 * headers sent, the caller answers; where headers were sent, the connection is destroyed already, never
 * ended: an ended chunked body would look whole.
 */
export async function sendFill(
  res: ServerResponse,
  fill: Fill,
  settings: GateSettings,
  delivery: Delivery,
): Promise<FillSent> {
  const gate = new DeliveryGate(settings);
  const watch = new Watch(res, fill);
  const request = requestedRange(res, etagOf(fill));
  while (!watch.gone && fill.end === undefined) {
    // A range can be placed only where the length is known; else it waits for the verdict.
    const placeable = request === undefined || fill.total !== undefined;
    if (placeable && gate.mayBegin(fill.progress, watch.waited)) break;
    await watch.next(settings.holdTime);
  }
  if (watch.gone) return { kind: 'sent', sent: NOTHING_SENT };
  if (isStopped(fill.end)) return { kind: 'stopped', end: fill.end, bytes: 0 };
  const { bytes } = fill;
  const reader = await bytes?.open();
  if (reader === undefined && fill.end !== undefined) return { kind: 'moved' };
  try {
    const window = beginArtifact(res, etagOf(fill), request, fill.total, delivery);
    if (window === undefined) return { kind: 'sent', sent: NOTHING_SENT };
    if (res.req.method === 'HEAD')
      return { kind: 'sent', sent: await endWithoutBody(res, delivery) };
    res.flushHeaders();
    return await pump({ res, fill, gate, watch, window, delivery }, reader, bytes);
  } finally {
    await reader?.close();
  }
}

interface Pump {
  readonly res: ServerResponse;
  readonly fill: Fill;
  readonly gate: DeliveryGate;
  readonly watch: Watch;
  readonly window: ByteRange;
  readonly delivery: Delivery;
}

async function pump(
  parts: Pump,
  opened: ByteReader | undefined,
  openedBytes: GrowingBytes | undefined,
): Promise<FillSent> {
  const { res, fill, gate, watch, window, delivery } = parts;
  let reader = opened;
  let bytes = openedBytes;
  let at = window.start;
  let recorded = false;
  let buffer = Buffer.alloc(0);
  const leave = DEPARTING.join();
  const broken = (): FillSent => {
    res.destroy();
    return { kind: 'sent', sent: { bytes: at - window.start, complete: false } };
  };
  try {
    for (;;) {
      const { end } = fill;
      if (watch.gone) return broken();
      if (isStopped(end)) {
        res.destroy();
        return { kind: 'stopped', end, bytes: at - window.start };
      }
      // Without a declared length, only the end of the fill tells where the artifact ends.
      const stop = end === undefined ? window.end : Math.min(window.end, end.size);
      const whole: Sent = { bytes: stop - window.start, complete: true };
      if (at >= stop) {
        if (!recorded) await delivery.beforeLast(whole);
        res.end();
        return { kind: 'sent', sent: whole };
      }
      const ready = Math.min(gate.allowance(fill.progress, watch.waited), stop);
      if (ready <= at) {
        if ((await watch.next(DRIP_INTERVAL_MS)) === 'time') gate.drip();
        continue;
      }
      if (reader === undefined) {
        ({ bytes } = fill);
        reader = await bytes?.open();
      }
      // A transfer that began anew is checked by itself: what has left is of one that never was.
      if (reader === undefined || fill.bytes !== bytes) return broken();
      const length = Math.min(DEPARTING.each, ready - at);
      if (at + length === stop && !recorded) {
        recorded = true;
        await delivery.beforeLast(whole);
      }
      // One for the whole response, as long as its longest piece.
      if (buffer.length < length) buffer = Buffer.allocUnsafe(length);
      const read = await reader.read(buffer.subarray(0, length), at);
      if (read === 0 || !(await writeChunk(res, buffer.subarray(0, read)))) return broken();
      at += read;
    }
  } finally {
    leave();
    if (reader !== opened) await reader?.close();
  }
}

/** Undefined where nobody knows yet which bytes are coming. */
export function etagOf({ sha256 }: Fill): string | undefined {
  return sha256 && `"${sha256}"`;
}

function isStopped(end: FillEnd | undefined): end is Exclude<FillEnd, { kind: 'allowed' }> {
  return end !== undefined && end.kind !== 'allowed';
}

type News = 'news' | 'gone' | 'time';

/** Waits for whatever comes first: news of the fill, the client's leaving, or a time. */
class Watch {
  readonly #fill: Fill;
  readonly #started = performance.now();
  #wake: ((news: News) => void) | undefined;
  gone: boolean;

  constructor(res: ServerResponse, fill: Fill) {
    this.#fill = fill;
    this.gone = res.destroyed;
    res.once('close', () => {
      this.gone = true;
      this.#wake?.('gone');
    });
  }

  /** Milliseconds since the request reached the gate. */
  get waited(): number {
    return performance.now() - this.#started;
  }

  // One promise a wait, not a race with a lasting one, which would keep every loser until the response ends.
  async next(milliseconds: number): Promise<News> {
    if (this.gone) return 'gone';
    let timer: NodeJS.Timeout | undefined;
    const first = await new Promise<News>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, milliseconds, 'time');
      void this.#fill.changed().then(() => resolve('news'));
    });
    clearTimeout(timer);
    return first;
  }
}
