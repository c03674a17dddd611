import { createHash } from 'node:crypto';
import type { Sha256 } from '../../../src/domain/digest.js';
import { parseDistributionFilename } from '../../../src/domain/distribution-filename.js';
import type { ArtifactDescription, Inspection } from '../../../src/domain/finding.js';
import { bufferSource } from '../../../src/inspection/byte-source.js';
import { inspectSource } from '../../../src/inspection/inspect-file.js';
import type { InspectionLimits } from '../../../src/inspection/limits.js';

/** The description of these bytes with this name for an inspector. */
export function describeBytes(filename: string, bytes: Uint8Array): ArtifactDescription {
  const name = parseDistributionFilename(filename);
  if (name === undefined) throw new Error(`no filename: ${filename}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
  return { name, size: bytes.length, sha256 };
}

/** Inspects bytes in memory. */
export function inspectBytes(
  filename: string,
  bytes: Uint8Array,
  limits: Partial<InspectionLimits> = {},
): Promise<Inspection> {
  return inspectSource(bufferSource(bytes), describeBytes(filename, bytes), limits);
}

/** The codes of the findings, sorted and without duplicates. */
export function codesOf(inspection: Inspection): string[] {
  return [...new Set(inspection.findings.map((finding) => finding.code))].sort();
}
