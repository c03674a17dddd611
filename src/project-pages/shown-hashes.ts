import { type Hashes, isStrong } from '../domain/hashes.js';
import type { IndexFile } from '../domain/project-page.js';

/**
 * The digests of a file as clients are told them, the best first: pip 22 and 23.0 take the first one of a JSON page, and
 * fail where their hashlib lacks it; uv gives a whole HTML page up for a name that it does not know.
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
