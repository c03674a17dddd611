import type { Readable } from 'node:stream';

/** The object operations that an archive needs. Each call rejects on an unexpected response. */
export interface Objects {
  /** @returns undefined if the object does not exist */
  get(key: string, signal: AbortSignal): Promise<StoredBytes | undefined>;
  put(key: string, body: () => Readable, size: number, signal: AbortSignal): Promise<void>;
  /** The keys with a prefix, and the folders among them, which end with a slash. */
  list(prefix: string, signal: AbortSignal): Promise<Listed>;
}

export interface StoredBytes {
  readonly size: number;
  readonly body: Readable;
}

export interface Listed {
  readonly keys: readonly string[];
  readonly folders: readonly string[];
}

/** The error in a few words. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'no response';
}
