import type { ProjectName } from '../domain/project-name.js';

/** An upstream's answer as it came, kept to answer again: while it is fresh, to revalidate, or stale in need. */
export interface StoredPage {
  /** The upstream's own body. */
  readonly body: Uint8Array;
  readonly contentType: string;
  /** The URL that answered, after redirects: relative file URLs are relative to it. */
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Milliseconds since 1970: when the upstream last said that this is current. */
  readonly checkedAt: number;
}

export interface PageStore {
  get(upstream: string, project: ProjectName): Promise<StoredPage | undefined>;
  put(upstream: string, project: ProjectName, page: StoredPage): Promise<void>;
  delete(upstream: string, project: ProjectName): Promise<void>;
}
