import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Sha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import type { ArtifactDescription } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';

/**
 * Describes an artifact on disk by its name and its bytes.
 * @throws {RangeError} where the name is no distribution's filename; the file system's error
 */
export async function describeFile(
  path: string,
  project?: ProjectName,
): Promise<ArtifactDescription> {
  const name = parseDistributionFilename(basename(path), project);
  if (name === undefined) throw new RangeError(`${path} is not a distribution filename`);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { name, size, sha256: hash.digest('hex') as Sha256 };
}
