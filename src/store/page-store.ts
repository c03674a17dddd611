import type { ProjectName } from '../domain/project-name.js';

/** An upstream's unchanged response, stored to serve it again: while it is fresh, after revalidation, or stale. */
export interface StoredPage {
  /** The upstream's own body, decompressed. */
  readonly body: Uint8Array;
  readonly contentType: string;
  /** The URL after redirects, which is the base of relative file URLs. */
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** When the upstream last confirmed it as current, in milliseconds since 1970. */
  readonly checkedAt: number;
}

/** A page to store: the body as it was sent, in its original compression. */
export type PageToStore = Omit<StoredPage, 'body'> & {
  readonly sent: { readonly bytes: Uint8Array; readonly encoding: 'identity' | 'gzip' | 'br' };
};

export interface PageStore {
  /** @param take waits for room for this many more bytes, if there is none; rejects on a timeout */
  get(
    upstream: string,
    project: ProjectName,
    take?: (bytes: number) => Promise<void> | undefined,
  ): Promise<StoredPage | undefined>;
  /** The same, in the format of `packed-page.ts`. */
  packed(upstream: string, project: ProjectName): Promise<Uint8Array | undefined>;
  put(upstream: string, project: ProjectName, page: PageToStore): Promise<void>;
  delete(upstream: string, project: ProjectName): Promise<void>;
}
