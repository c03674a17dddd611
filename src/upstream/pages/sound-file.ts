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

/** A sidecar without a SHA-256 could not be checked, so it is not offered. */
export function checkableMetadata({ hashes, doubt }: DeclaredHashes): Hashes | false {
  return hashes.sha256 !== undefined && doubt === undefined ? hashes : false;
}

/** What the index's digests come to by themselves. */
export function declaredIntegrity(
  filename: string,
  { doubt }: DeclaredHashes,
): Integrity | undefined {
  return doubt === undefined ? undefined : { doubt: `the index declares ${doubt} for ${filename}` };
}
