import type { Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import type { Hashes } from '../domain/hashes.js';
import type { Verdict } from '../domain/verdict.js';
import type { Arrived, FillNews } from '../fleet/leases.js';
import type { GrowingBytes } from '../store/bytes.js';
import type { SpoolFile } from '../store/spool.js';
import type { FileAnswer } from '../upstream/upstream.js';
import { CheckedHash } from './checked-hash.js';
import type { Progress } from './delivery-gate.js';
import { SpoolWriter } from './spool-writer.js';

/** How a fill ended: the artifact may go out, or may not, or never arrived whole. */
export type FillEnd =
  | { readonly kind: 'allowed'; readonly verdict: Verdict; readonly size: number }
  | { readonly kind: 'refused'; readonly verdict: Verdict }
  | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * One transfer of one artifact, shared by every client that waits for it. It belongs to none of them:
 * a client that hangs up only stops watching.
 */
export class Fill {
  /** Resolves once the verdict is known or the transfer failed; never rejects. */
  readonly ended: Promise<FillEnd>;
  /** The name of the bytes; undefined as long as nobody knows it. */
  sha256: Sha256 | undefined;
  #settle!: (end: FillEnd) => void;
  #end: FillEnd | undefined;
  #bytes: GrowingBytes | undefined;
  #received = 0;
  #total: number | undefined;
  #waiters: (() => void)[] = [];
  #tell: (news: FillNews) => void = () => {};

  /** @param sha256 where it is known before a byte is here */
  constructor(sha256?: Sha256) {
    this.sha256 = sha256;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get end(): FillEnd | undefined {
    return this.#end;
  }

  get progress(): Progress {
    const kind = this.#end?.kind;
    const verdict = kind === undefined ? 'pending' : kind === 'allowed' ? 'allowed' : 'refused';
    return { received: this.#received, verdict };
  }

  /**
   * Where the bytes come in: others where the transfer had to begin anew, undefined before the first. They may have
   * gone on to the blob store by the time they are opened: ask the store then.
   */
  get bytes(): GrowingBytes | undefined {
    return this.#bytes;
  }

  /** Bytes in all, as declared by the upstream or, once it ended well, as counted. */
  get total(): number | undefined {
    return this.#end?.kind === 'allowed' ? this.#end.size : this.#total;
  }

  /** Resolves at the next change: more bytes, a known total, or the end. */
  changed(): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Tells others, too, what is announced from now on of the bytes. */
  onNews(tell: (news: FillNews) => void): void {
    this.#tell = tell;
  }

  /** Announces where the bytes are, and how many there will be. */
  begin(bytes: GrowingBytes, total: number | undefined): void {
    this.#bytes = bytes;
    this.#total = total;
    this.#tell({ kind: 'begun', place: bytes.place, total });
    this.#notify();
  }

  /** Announces how many bytes can be read. */
  advance(received: number): void {
    this.#received = received;
    this.#tell({ kind: 'arrived', bytes: received });
    this.#notify();
  }

  /** What has come in counts for nothing: somebody begins anew. */
  restart(): void {
    this.#received = 0;
    this.#notify();
  }

  finish(end: FillEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#settle(end);
    this.#notify();
  }

  #notify(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

/** What the index said that a transfer must come to. */
export interface Declared {
  readonly hashes: Hashes;
  readonly size: number | undefined;
  /** No artifact is longer than this, declared or not, in bytes. */
  readonly maxSize: number;
}

/**
 * Copies an upstream's answer into a spool file and checks it against what the index declared.
 * @param onProgress told how many bytes can be read
 * @throws {Failure} upstream-broken where the body is cut off, too long, or has another digest.
 */
export async function transfer(
  answer: FileAnswer,
  spool: SpoolFile,
  declared: Declared,
  onProgress: (readable: number) => void,
): Promise<Arrived> {
  const expected = declared.size ?? answer.size;
  const limit = Math.min(expected ?? Number.POSITIVE_INFINITY, declared.maxSize);
  const hash = new CheckedHash(declared.hashes);
  const writer = new SpoolWriter(spool, onProgress);
  let received = 0;
  try {
    checkDeclaredSizes(answer.size, declared);
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > limit) throw broken(`sent more than the ${limit} bytes that were announced`);
      hash.update(chunk);
      const room = writer.write(chunk);
      if (room !== undefined) await room;
    }
    await writer.end();
  } catch (error) {
    answer.body.destroy();
    throw asFailure(error);
  } finally {
    await writer.stop();
  }
  if (expected !== undefined && received !== expected)
    throw broken(`ended after ${received} of ${expected} bytes`);
  return { size: received, ...hash.finish() };
}

function checkDeclaredSizes(announced: number | undefined, declared: Declared): void {
  if (announced === undefined) return;
  if (declared.size !== undefined && announced !== declared.size)
    throw broken(`announces ${announced} bytes, but the index declares ${declared.size}`);
  if (announced > declared.maxSize)
    throw broken(
      `announces ${announced} bytes, more than the ${declared.maxSize} that are allowed`,
    );
}

function broken(what: string): Failure {
  return new Failure('upstream-broken', `The upstream ${what}.`);
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Failure('overloaded', 'No disk space is left to receive the artifact.', {
      cause: error,
    });
  return new Failure('upstream-broken', 'The transfer from the upstream broke off.', {
    cause: error,
  });
}
