import { createHash } from 'node:crypto';
import type { Seal } from '../seal.js';

/** What is said of a page that lies in Redis. */
export interface PageHead {
  /** Milliseconds since 1970, by the clock of whoever asked its upstream. */
  readonly checkedAt: number;
  readonly etag: string | undefined;
  /** Of the body. */
  readonly digest: string;
}

/** So far another's clock may be ahead, in milliseconds: what is said to come from later is not believed. */
const SKEW = 5_000;

/**
 * Heads and bodies of pages lie beside each other: a page is current again by another head, and its body stays. The head is
 * sealed, and knows its body.
 */
export class PageHeads {
  readonly #seal: Seal;
  readonly #now: () => number;

  constructor(seal: Seal, now: () => number) {
    this.#seal = seal;
    this.#now = now;
  }

  write(key: string, head: PageHead): Buffer {
    return this.#seal.seal([key, 'head'], Buffer.from(JSON.stringify(head)));
  }

  /** @returns undefined where it is none that a replica with our secret has left there, or is of a time to come */
  read(key: string, sealed: Buffer): PageHead | undefined {
    const opened = this.#seal.open([key, 'head'], sealed);
    if (opened === undefined) return undefined;
    const { checkedAt, etag, digest } = JSON.parse(opened.toString('utf8')) as PageHead;
    return checkedAt <= this.#now() + SKEW ? { checkedAt, etag, digest } : undefined;
  }
}

export function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64');
}
