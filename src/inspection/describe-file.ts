import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseSha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import type { ArtifactDescription } from '../domain/finding.js';

/** Describes an artifact on disk. Undefined where its name is not one of a distribution. */
export async function describeFile(path: string): Promise<ArtifactDescription | undefined> {
  const name = parseDistributionFilename(basename(path));
  if (name === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const { size } = await stat(path);
  return { sha256: parseSha256(hash.digest('hex'))!, size, name };
}
