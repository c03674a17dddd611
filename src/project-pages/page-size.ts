import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { bytesOfJson, MEMBER, TEXT } from '../upstream/pages/json-size.js';
import type { PageSource } from '../upstream/pages/page-draft.js';

/**
 * Heap sizes in bytes, as measured over pages of many shapes: a page may take twice the bytes of its body or twenty
 * times as many, so the body's size is no estimate.
 */
/** A file, its name and version, its place in its release, and a verdict without a match. */
const FILE = 560;
/** An object of one or some digests, without them. */
const DIGESTS = 56;

/**
 * The memory of a page with its listing and the verdicts on its files, without the texts of the verdicts: in bytes,
 * approximate, rather too high.
 */
export function bytesOfPage(
  { files, versions = [], meta, extra }: ProjectPage,
  { body, contentType }: Pick<PageSource, 'body' | 'contentType'>,
): number {
  let bytes = bytesOfJson(meta) + bytesOfJson(extra);
  // The texts of an HTML page are parts of the whole, which stays with any of them.
  if (!contentType.includes('json')) bytes += Math.ceil(1.25 * body.length);
  for (const version of versions) bytes += TEXT + version.length;
  for (const file of files) bytes += bytesOfFile(file);
  return bytes;
}

function bytesOfFile(file: IndexFile): number {
  const { filename, url, hashes, coreMetadata, requiresPython, uploadedAt, provenance } = file;
  let bytes = FILE + 2 * filename.length + TEXT + url.length + bytesOfDigests(hashes);
  if (typeof coreMetadata === 'object') bytes += bytesOfDigests(coreMetadata);
  if (typeof file.yanked === 'string') bytes += TEXT + file.yanked.length;
  if (requiresPython !== undefined) bytes += TEXT + requiresPython.length;
  if (uploadedAt !== undefined) bytes += TEXT + uploadedAt.length;
  // The offer of a document, and its release's.
  if (provenance !== undefined) bytes += 2 * MEMBER + TEXT + provenance.length;
  for (const key in file.extra) bytes += MEMBER + key.length + bytesOfJson(file.extra[key]);
  return bytes;
}

function bytesOfDigests(digests: object): number {
  let bytes = DIGESTS;
  for (const digest of Object.values(digests)) bytes += TEXT + String(digest).length;
  return bytes;
}
