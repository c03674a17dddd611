import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../../domain/distribution-filename.js';
import type { DeclaredHashes, Hashes } from '../../domain/hashes.js';
import type { Integrity } from '../../domain/integrity.js';
import type { ProjectName } from '../../domain/project-name.js';

/**
 * Parses the filename of a file on a project's page. Undefined if it is invalid, or belongs to another project: a
 * denial of a project must apply to its files on any page.
 */
export function ownName(filename: string, project: ProjectName): DistributionFilename | undefined {
  const name = parseDistributionFilename(filename, project);
  return (name?.project ?? project) === project ? name : undefined;
}

/**
 * Reads a page's declaration of a file's sidecar (PEP 714). Without a SHA-256, the index's copy could not be verified,
 * so the sidecar must come from the wheel: `true`.
 * @param value as written: an object of digests, or `true`, which exists in both formats
 */
export function declaredMetadata(
  value: unknown,
  { hashes, doubt }: DeclaredHashes,
): boolean | Hashes {
  if (value === undefined || value === null || value === false || value === 'false') return false;
  return hashes.sha256 !== undefined && doubt === undefined ? hashes : true;
}

/** The integrity by the index's digests alone. */
export function declaredIntegrity(
  filename: string,
  { doubt }: DeclaredHashes,
): Integrity | undefined {
  return doubt === undefined ? undefined : { doubt: `the index declares ${doubt} for ${filename}` };
}
