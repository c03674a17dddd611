import { createHash } from 'node:crypto';
import type { Seal } from '../seal.js';

/** The head of a page in Redis. */
export interface PageHead {
  /** Milliseconds since 1970, by the clock of the replica that queried the upstream. */
  readonly checkedAt: number;
  readonly etag: string | undefined;
  /** The digest of the body. */
  readonly digest: string;
}

/** The maximum lead of another clock, in milliseconds: later times are rejected. */
const SKEW = 5_000;

/**
 * A page's head and body are stored separately: a revalidated page gets a new head and keeps its body. The head is
 * sealed, and contains the body's digest.
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

  /** @returns undefined if no replica with our secret has signed it, or it is from the future */
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
