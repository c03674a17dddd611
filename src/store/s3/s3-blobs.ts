import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../../domain/digest.js';
import { type Span, within } from '../../domain/span.js';
import { Pace } from '../../runtime/pace.js';
import type { ByteReader, GrowingBytes } from '../bytes.js';
import type { Expected, SharedBlobs, SharedBytes, SharedPut } from '../shared-blobs.js';
import { S3Bucket } from './s3-bucket.js';
import { S3Line, type S3LineParts, type S3LineSettings } from './s3-line.js';
import { S3Put } from './s3-put.js';

export interface S3BlobsSettings extends S3LineSettings {
  readonly bucket: string;
  /** The prefix of each key; empty, or with a trailing slash. */
  readonly prefix: string;
}

/** Events for the log and the metrics. */
export type S3Event =
  | { readonly kind: 'looked-up'; readonly result: 'hit' | 'miss' | 'failed' }
  /** It sent other bytes than the requested ones. */
  | { readonly kind: 'wrong' }
  | { readonly kind: 'put'; readonly result: 'kept' | 'failed' | 'skipped' }
  /** The problem; undefined when it responds again. */
  | { readonly kind: 'trouble'; readonly detail: string | undefined };

export interface S3BlobsParts extends Omit<S3LineParts, 'onTrouble'> {
  readonly onEvent: (event: S3Event) => void;
}

/** Maximum number of concurrent uploads: each keeps its file open until it ends. */
const MOST_PUTS = 16;
/** The time for pending uploads at the end, in milliseconds. */
const GRACE = 5_000;
/** How long an object with a wrong digest is not requested again, in milliseconds. */
const DISTRUST = 10 * 60_000;
/** How long nothing is requested after a slow or interrupted body, in milliseconds. */
const AWAY = 30_000;
/** The age at which a used blob is renewed, in milliseconds: half of its lifetime in docs/fleet.md. */
const HALF_LIFE = 45 * 24 * 3_600_000;

/** Artifacts in a bucket, as `blobs/ab/abcd…`. */
export class S3Blobs implements SharedBlobs {
  readonly #prefix: string;
  readonly #line: S3Line;
  readonly #bucket: S3Bucket;
  readonly #now: () => number;
  readonly #onEvent: (event: S3Event) => void;
  readonly #distrusted: LRUCache<Sha256, true>;
  readonly #puts = new Set<S3Put>();
  /** The end of the time without requests. */
  #away: Span | undefined;
  /** Number of uploads that are starting. */
  #beginning = 0;
  #ended: (() => void) | undefined;

  constructor(settings: S3BlobsSettings, { onEvent, ...parts }: S3BlobsParts) {
    this.#prefix = settings.prefix;
    const { now } = parts;
    this.#now = now;
    this.#onEvent = onEvent;
    const onTrouble = (detail: string | undefined) => onEvent({ kind: 'trouble', detail });
    this.#line = new S3Line(settings, { ...parts, onTrouble });
    this.#bucket = new S3Bucket(this.#line, settings.bucket);
    this.#distrusted = new LRUCache({ max: 10_000, ttl: DISTRUST, perf: { now } });
  }

  async fetch(sha256: Sha256, signal: AbortSignal): Promise<SharedBytes | undefined> {
    const isAway = this.#away !== undefined && within(this.#away, this.#now());
    if (isAway || this.#distrusted.has(sha256)) return undefined;
    try {
      const key = this.#keyOf(sha256);
      const found = await this.#bucket.get(key, signal);
      this.#onEvent({ kind: 'looked-up', result: found === undefined ? 'miss' : 'hit' });
      if (found === undefined) return undefined;
      const { size, body, lastModified = this.#now() } = found;
      const isOld = this.#now() - lastModified > HALF_LIFE;
      return {
        size,
        body: this.#paced(body),
        confirm: () => {
          if (isOld) void this.#bucket.renew(key);
        },
      };
    } catch (error) {
      if (signal.aborted) throw error;
      this.#onEvent({ kind: 'looked-up', result: 'failed' });
      return undefined;
    }
  }

  distrust(sha256: Sha256): void {
    this.#distrusted.set(sha256, true);
    this.#onEvent({ kind: 'wrong' });
  }

  async begin(bytes: GrowingBytes, expected: Expected): Promise<SharedPut | undefined> {
    const reader = await this.#open(bytes);
    if (reader === undefined) {
      this.#onEvent({ kind: 'put', result: 'skipped' });
      return undefined;
    }
    const put: S3Put = new S3Put(
      {
        bucket: this.#bucket,
        keyOf: (sha256) => this.#keyOf(sha256),
        onEnd: (kept) => {
          this.#puts.delete(put);
          if (put.isCommitted) this.#onEvent({ kind: 'put', result: kept ? 'kept' : 'failed' });
          if (this.#puts.size === 0) this.#ended?.();
        },
      },
      reader,
      expected,
    );
    this.#puts.add(put);
    return put;
  }

  async #open(bytes: GrowingBytes): Promise<ByteReader | undefined> {
    if (this.#puts.size + this.#beginning >= MOST_PUTS) return undefined;
    this.#beginning += 1;
    try {
      return await bytes.open();
    } finally {
      this.#beginning -= 1;
    }
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    if (this.#puts.size > 0) await Promise.race([ended, pause(GRACE, undefined, { ref: false })]);
    for (const put of this.#puts) put.cancel();
    if (this.#puts.size > 0) await Promise.race([ended, pause(GRACE, undefined, { ref: false })]);
    this.#line.close();
  }

  /** A slow or interrupted body predicts the same for the next ones. */
  #paced(body: Readable): SharedBytes['body'] {
    const pace = new Pace(this.#line.patience.body);
    const fail = (detail: string) => {
      const from = this.#now();
      this.#away = { from, until: from + AWAY };
      this.#onEvent({ kind: 'trouble', detail });
    };
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        for await (const piece of body as AsyncIterable<Buffer>) {
          if (pace.arrived(piece.length)) throw new Error('transfer too slow');
          yield piece;
          pace.wait();
        }
      } catch (error) {
        fail(error instanceof Error ? error.message.slice(0, 200) : 'transfer interrupted');
        throw error;
      }
    }
    return { [Symbol.asyncIterator]: pieces, destroy: () => void body.destroy() };
  }

  #keyOf(sha256: Sha256): string {
    return `${this.#prefix}blobs/${sha256.slice(0, 2)}/${sha256}`;
  }
}
