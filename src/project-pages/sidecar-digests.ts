import type { Inspection } from '../domain/finding.js';
import { type Hashes, hasOtherStrong } from '../domain/hashes.js';
import type { IndexFile } from '../domain/project-page.js';

/**
 * The digests by which the `.metadata` sidecar of a file is known (PEP 658, 714): that of the METADATA which the wheel was
 * found to have; before it was opened, those that the index declares.
 * @returns undefined where nobody knows them, or there is no sidecar; the declared ones themselves where they say it all
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

/** Whether the page must say another thing of a file's sidecar, now that the file was opened. */
export function changesSidecar(
  file: Pick<IndexFile, 'coreMetadata'>,
  inspection: Inspection | undefined,
): boolean {
  return file.coreMetadata !== false && sidecarDigests(file, inspection) !== file.coreMetadata;
}
