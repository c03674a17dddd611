import type { ServerResponse } from 'node:http';
import { withDeadline } from '../../runtime/deadline.js';
import type { ByteReader } from '../../store/bytes.js';
import type { InspectedBy, ToldNews } from './fill-news.js';
import { headOf, LONGEST_NEWS } from './frames.js';
import type { NewsSeal } from './introduction.js';
import type { OfferedFill } from './offered-fill.js';

/** The longest interval between two messages to a follower, in milliseconds. */
const WORD = 500;
/** The time for a follower to receive the sent bytes, in milliseconds. */
const PATIENCE = 10_000;
/** Bytes of the artifact per frame. */
const PIECE = 128 * 1024;

export interface Sending {
  /** The follower's received bytes, and their transfer. */
  readonly from: number;
  readonly of: string;
  readonly news: NewsSeal;
  readonly by: InspectedBy;
}

/**
 * Sends a fill while it arrives, until its end. A response that ends without `complete` or `failed` is cut off, so the
 * follower detects that it must continue alone.
 */
export async function sendFill(
  res: ServerResponse,
  fill: OfferedFill,
  sending: Sending,
): Promise<void> {
  const sender = new Sender(res, sending);
  try {
    if (await sender.send(fill)) res.end();
    else res.destroy();
  } catch {
    res.destroy();
  } finally {
    await sender.close();
  }
}

class Sender {
  readonly #res: ServerResponse;
  readonly #sending: Sending;
  readonly #buffer = Buffer.allocUnsafe(PIECE);
  #reader: ByteReader | undefined;
  #transfer: string | undefined;
  #at = 0;

  constructor(res: ServerResponse, sending: Sending) {
    this.#res = res;
    this.#sending = sending;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  /** @returns whether the end was sent */
  async send(fill: OfferedFill): Promise<boolean> {
    while (!this.#res.destroyed) {
      if (this.#transfer === undefined && !(await this.#begin(fill))) return false;
      if (this.#transfer !== fill.transfer) return false;
      if (this.#at < fill.received) {
        if (!(await this.#sendPiece(fill.received))) return false;
      } else if (fill.over !== undefined) return this.#sendEnd(fill);
      else await this.#wait(fill.changed());
    }
    return false;
  }

  /** @returns false if the bytes are no longer available */
  async #begin(fill: OfferedFill): Promise<boolean> {
    const { transfer, total, etag } = fill;
    if (transfer === undefined) return fill.over === undefined || fill.over.kind === 'failed';
    this.#reader = await fill.open();
    if (this.#reader === undefined) return false;
    const { from, of } = this.#sending;
    this.#transfer = transfer;
    this.#at = of === transfer ? from : 0;
    await this.#tell({ kind: 'begun', from: this.#at, transfer, total, etag });
    return true;
  }

  async #sendPiece(end: number): Promise<boolean> {
    const into = this.#buffer.subarray(0, Math.min(PIECE, end - this.#at));
    const read = (await this.#reader?.read(into, this.#at)) ?? 0;
    if (read === 0) return false;
    this.#at += read;
    await this.#write('bytes', into.subarray(0, read));
    return true;
  }

  async #sendEnd({ over }: OfferedFill): Promise<boolean> {
    if (over === undefined || over.kind === 'lost') return false;
    if (over.kind === 'failed') await this.#tell(over);
    else await this.#tell({ ...over, by: this.#sending.by });
    return true;
  }

  async #wait(changed: Promise<void>): Promise<void> {
    const word = Symbol('word');
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise<symbol>((resolve) => {
      timer = setTimeout(resolve, WORD, word);
    });
    const first = await Promise.race([changed, time]);
    clearTimeout(timer);
    if (first === word) await this.#tell({ kind: 'here' });
  }

  async #tell(news: ToldNews): Promise<void> {
    const sealed = this.#sending.news.seal(news);
    if (sealed.length <= LONGEST_NEWS) return this.#write('news', sealed);
    throw new Error('message too large');
  }

  /** Resolves when the connection has accepted it. */
  async #write(kind: 'bytes' | 'news', bytes: Buffer): Promise<void> {
    this.#res.write(headOf(kind, bytes.length));
    const taken = new Promise<void>((resolve, reject) => {
      this.#res.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    await withDeadline(PATIENCE, taken);
  }
}
