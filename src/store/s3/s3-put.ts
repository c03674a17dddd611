import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { Sha256 } from '../../domain/digest.js';
import type { ByteReader } from '../bytes.js';
import type { Expected, SharedPut } from '../shared-blobs.js';
import type { Body, S3Bucket, Upload } from './s3-bucket.js';

/** Smaller objects are sent in one request after the verdict, larger ones in parts while they arrive. In bytes. */
const IN_PARTS_FROM = 16 * 2 ** 20;
const PART = 8 * 2 ** 20;
/** S3's limit of parts per object. */
const MOST_PARTS = 10_000;
/** Concurrent parts per object. */
const AT_A_TIME = 3;
const PIECE = 256 * 1024;

const TRIES = 3;
/** The delay before the second attempt, in milliseconds; doubled for each further one. */
const FIRST_PAUSE = 200;

export interface S3PutParts {
  readonly bucket: S3Bucket;
  readonly keyOf: (sha256: Sha256) => string;
  /** Called once at the end: whether the object is stored. */
  readonly onEnd: (kept: boolean) => void;
}

/**
 * Uploads a file while it arrives: each part when it is complete, but the parts become an object only after the
 * verdict. So a bucket never shows an object without a verdict.
 */
export class S3Put implements SharedPut {
  readonly #parts: S3PutParts;
  readonly #reader: ByteReader;
  /** By the index's declaration; without one, the key is known only at the end. */
  readonly #expected: Sha256 | undefined;
  readonly #partSize: number;
  readonly #cancelled = new AbortController();
  readonly #sent: Promise<CompletedPart>[] = [];
  #running = 0;
  #readable = 0;
  #upload: Promise<Upload> | undefined;
  #isOver = false;
  #end: { readonly sha256: Sha256; readonly size: number } | undefined;

  constructor(parts: S3PutParts, reader: ByteReader, expected: Expected) {
    this.#parts = parts;
    this.#reader = reader;
    this.#expected = expected.sha256;
    this.#partSize = Math.max(PART, Math.ceil((expected.size ?? 0) / (MOST_PARTS - 1)));
  }

  /** Whether it was committed. */
  get isCommitted(): boolean {
    return this.#end !== undefined;
  }

  advance(readable: number): void {
    if (this.#isOver) return;
    this.#readable = readable;
    if (this.#expected !== undefined && readable >= IN_PARTS_FROM) this.#pump();
  }

  commit(sha256: Sha256, size: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end = { sha256, size };
    this.#readable = size;
    void this.#finish(sha256, size);
  }

  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    void this.#leave();
  }

  /** Aborts pending uploads. */
  cancel(): void {
    this.#cancelled.abort();
    this.abandon();
  }

  async #finish(sha256: Sha256, size: number): Promise<void> {
    const { bucket, keyOf } = this.#parts;
    const key = keyOf(sha256);
    try {
      if (this.#upload === undefined && size < IN_PARTS_FROM)
        await this.#retried(() => bucket.put(key, this.#body(0, size), size, this.#signal));
      else await this.#complete();
      await this.#close(true);
    } catch {
      await this.#leave();
    }
  }

  /** The last part is the rest, and there is at least one part. */
  async #complete(): Promise<void> {
    this.#pump();
    const upload = await this.#upload!;
    const parts: CompletedPart[] = [];
    for (let next = 0; next < this.#count; next += 1) {
      // The next one starts when an earlier one ends, unless the upload was aborted.
      this.#signal.throwIfAborted();
      parts.push(await this.#sent[next]!);
    }
    await this.#retried(() => this.#parts.bucket.complete(upload, parts, this.#signal));
  }

  async #leave(): Promise<void> {
    this.#cancelled.abort();
    await Promise.allSettled(this.#sent);
    const upload = await this.#upload?.catch(() => undefined);
    if (upload !== undefined) await this.#parts.bucket.abandon(upload);
    await this.#close(false);
  }

  async #close(kept: boolean): Promise<void> {
    await this.#reader.close().catch(() => {});
    this.#parts.onEnd(kept);
  }

  get #signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** The number of parts, as far as it is known. */
  get #count(): number {
    return this.#end === undefined
      ? Math.floor(this.#readable / this.#partSize)
      : Math.max(1, Math.ceil(this.#end.size / this.#partSize));
  }

  #pump(): void {
    while (this.#running < AT_A_TIME && this.#sent.length < this.#count) {
      this.#running += 1;
      const part = this.#sendPart(this.#sent.length).finally(() => {
        this.#running -= 1;
        if (!this.#signal.aborted) this.#pump();
      });
      // `#complete` receives the error.
      part.catch(() => this.#cancelled.abort());
      this.#sent.push(part);
    }
  }

  async #sendPart(index: number): Promise<CompletedPart> {
    const upload = await this.#begun();
    const start = index * this.#partSize;
    const end = Math.min(start + this.#partSize, this.#end?.size ?? Number.POSITIVE_INFINITY);
    const body = this.#body(start, end);
    return this.#retried(() =>
      this.#parts.bucket.putPart(upload, index + 1, body, end - start, this.#signal),
    );
  }

  #begun(): Promise<Upload> {
    const { bucket, keyOf } = this.#parts;
    const key = keyOf(this.#end?.sha256 ?? this.#expected!);
    this.#upload ??= this.#retried(() => bucket.begin(key, this.#signal));
    return this.#upload;
  }

  #body(start: number, end: number): Body {
    return () => Readable.from(piecesOf(this.#reader, start, end), { objectMode: false });
  }

  /** A stream can be sent once, so a retry reads the file again. */
  async #retried<T>(send: () => Promise<T>): Promise<T> {
    for (let tries = 1, wait = FIRST_PAUSE; ; tries += 1, wait *= 2) {
      try {
        return await send();
      } catch (error) {
        if (tries === TRIES || this.#signal.aborted) throw error;
        await pause(wait, undefined, { signal: this.#signal });
      }
    }
  }
}

/** Allocates each piece, because they wait in a stream. @throws if they end early */
async function* piecesOf(reader: ByteReader, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at));
    const read = await reader.read(piece, at);
    if (read === 0) throw new Error(`the bytes ended after ${at} of ${end}`);
    at += read;
    yield piece.subarray(0, read);
  }
}
