import type { Inspection } from '../domain/finding.js';
import { type Hashes, hasOtherStrong } from '../domain/hashes.js';
import type { IndexFile } from '../domain/project-page.js';

/**
 * The known digests of a file's `.metadata` sidecar (PEP 658, 714): that of the METADATA in the inspected wheel, or,
 * before the inspection, those that the index declares.
 * @returns undefined if they are unknown, or there is no sidecar; the declared ones themselves if they are complete
 */
export function sidecarDigests(
  { coreMetadata }: Pick<IndexFile, 'coreMetadata'>,
  inspection: Pick<Inspection, 'metadataSha256'> | undefined,
): Hashes | undefined {
  if (coreMetadata === false) return undefined;
  const declared = coreMetadata === true ? undefined : coreMetadata;
  const found = inspection?.metadataSha256;
  if (found === undefined) return declared;
  const same = declared?.sha256 === found && !hasOtherStrong(declared);
  return same ? declared : { sha256: found };
}

/** Whether the page's entry for a file's sidecar changes after the file's inspection. */
export function changesSidecar(
  file: Pick<IndexFile, 'coreMetadata'>,
  inspection: Inspection | undefined,
): boolean {
  return file.coreMetadata !== false && sidecarDigests(file, inspection) !== file.coreMetadata;
}
