import { parseSha256 } from '../domain/digest.js';
import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../domain/distribution-filename.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Hashes } from '../domain/project-page.js';

/**
 * Reads the name of a file on a project's page. Undefined where it cannot be named, or is another project's by its
 * name: a denial of a project must hold for its files wherever they are listed.
 */
export function ownName(filename: string, project: ProjectName): DistributionFilename | undefined {
  const name = parseDistributionFilename(filename, project);
  return (name?.project ?? project) === project ? name : undefined;
}

/** A sidecar without a SHA-256 could not be checked, so it is not offered. */
export function checkableMetadata(declared: Hashes | undefined): Hashes | false {
  return declared !== undefined && parseSha256(declared.sha256) !== undefined ? declared : false;
}
