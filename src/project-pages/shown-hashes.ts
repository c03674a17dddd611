import { type Hashes, isStrong } from '../domain/hashes.js';
import type { IndexFile } from '../domain/project-page.js';

/**
 * The digests of a file for clients, the best first: pip 22 and 23.0 use the first one of a JSON page, and fail if
 * their hashlib lacks it; uv rejects a whole HTML page with an unknown algorithm.
 */
export function shownHashes({ hashes, sha256 }: IndexFile): Hashes {
  const { sha512, sha384, md5 } = hashes;
  if (sha256 === undefined && !isStrong(hashes)) return md5 === undefined ? {} : { md5 };
  return {
    ...(sha256 !== undefined && { sha256 }),
    ...(sha512 !== undefined && { sha512 }),
    ...(sha384 !== undefined && { sha384 }),
  };
}
