import type { ProjectName } from '../domain/project-name.js';

/** An upstream's answer as it came, kept to answer again: while it is fresh, to revalidate, or stale in need. */
export interface StoredPage {
  /** The upstream's own body, unpacked. */
  readonly body: Uint8Array;
  readonly contentType: string;
  /** The URL that answered, after redirects: relative file URLs are relative to it. */
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Milliseconds since 1970: when the upstream last said that this is current. */
  readonly checkedAt: number;
}

/** A page to be kept: the body is taken as it was sent, whatever packing that is. */
export type PageToStore = Omit<StoredPage, 'body'> & {
  readonly sent: { readonly bytes: Uint8Array; readonly encoding: 'identity' | 'gzip' | 'br' };
};

export interface PageStore {
  /** @param take waits for room for so many bytes more, where there is none; it rejects where there is none in time */
  get(
    upstream: string,
    project: ProjectName,
    take?: (bytes: number) => Promise<void> | undefined,
  ): Promise<StoredPage | undefined>;
  /** The same, packed as `packed-page.ts` does it. */
  packed(upstream: string, project: ProjectName): Promise<Uint8Array | undefined>;
  put(upstream: string, project: ProjectName, page: PageToStore): Promise<void>;
  delete(upstream: string, project: ProjectName): Promise<void>;
}
