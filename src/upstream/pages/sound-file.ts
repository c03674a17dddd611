import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../../domain/distribution-filename.js';
import type { DeclaredHashes, Hashes } from '../../domain/hashes.js';
import type { Integrity } from '../../domain/integrity.js';
import type { ProjectName } from '../../domain/project-name.js';

/**
 * Reads the name of a file on a project's page. Undefined where it cannot be named, or is another project's by its
 * name: a denial of a project must hold for its files wherever they are listed.
 */
export function ownName(filename: string, project: ProjectName): DistributionFilename | undefined {
  const name = parseDistributionFilename(filename, project);
  return (name?.project ?? project) === project ? name : undefined;
}

/**
 * Reads what a page says of a file's sidecar (PEP 714). Without a SHA-256 what the index has there could not be checked, so
 * only the wheel itself can give one: `true`.
 * @param value as it is written: an object's digests were read from it, `true` is in both forms
 */
export function declaredMetadata(
  value: unknown,
  { hashes, doubt }: DeclaredHashes,
): boolean | Hashes {
  if (value === undefined || value === null || value === false || value === 'false') return false;
  return hashes.sha256 !== undefined && doubt === undefined ? hashes : true;
}

/** What the index's digests come to by themselves. */
export function declaredIntegrity(
  filename: string,
  { doubt }: DeclaredHashes,
): Integrity | undefined {
  return doubt === undefined ? undefined : { doubt: `the index declares ${doubt} for ${filename}` };
}
