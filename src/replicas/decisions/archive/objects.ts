import type { Readable } from 'node:stream';

/** Objects in a bucket, as far as an archive needs them. Each call rejects where it is not answered as it should be. */
export interface Objects {
  /** @returns undefined where there is no such object */
  get(key: string, signal: AbortSignal): Promise<StoredBytes | undefined>;
  put(key: string, body: () => Readable, size: number, signal: AbortSignal): Promise<void>;
  /** Those whose keys begin with a prefix, and the folders among them that end with a slash. */
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

/** What went wrong, in few words. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'no response';
}
