import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { checkOneFormat } from './archive/one-format.js';
import { BeyondEnd, type ByteSource, openFileSource, SourceFault } from './byte-source.js';
import type { ContentProofs } from './early/content-proofs.js';
import { InspectionProblem } from './finding-list.js';
import { InspectionRun } from './inspection-run.js';
import { INSPECTOR_VERSION } from './inspector.js';
import { DEFAULT_LIMITS, type InspectionLimits } from './limits.js';
import { inspectTar } from './tar/inspect-tar.js';
import { inspectZip } from './zip/inspect-zip.js';

/**
 * Inspects a complete file in this thread. Never rejects because of its content: a file that cannot be unpacked or
 * judged has a finding. Errors during the inspection (out of memory, a bug) also become a finding, but a temporary one.
 * @param proofs contents of members that were read during the transfer
 * @throws {SourceFault} if the file system fails to read its bytes
 */
export async function inspectFile(
  path: string,
  artifact: ArtifactDescription,
  limits: Partial<InspectionLimits> = {},
  proofs?: ContentProofs,
): Promise<Inspection> {
  const source = openFileSource(path);
  try {
    return await inspectSource(source, artifact, limits, proofs);
  } finally {
    source.close();
  }
}

/** Inspects bytes of any source (see `inspectFile`). */
export async function inspectSource(
  source: ByteSource,
  artifact: ArtifactDescription,
  limits: Partial<InspectionLimits> = {},
  proofs?: ContentProofs,
): Promise<Inspection> {
  const run = new InspectionRun(artifact.name, source.size, { ...DEFAULT_LIMITS, ...limits });
  try {
    await inspectByFormat(source, run, proofs);
  } catch (error) {
    if (error instanceof SourceFault) throw error;
    run.incomplete = true;
    if (error instanceof InspectionProblem) run.findings.addProblem(error);
    else {
      const why = error instanceof Error ? error.message : String(error);
      if (error instanceof BeyondEnd)
        run.findings.add('archive-unreadable', `the archive cannot be read: ${why}`);
      else run.findings.add('inspection-failed', `the inspection failed: ${why}`);
    }
  }
  const startPlaces = run.places?.places;
  return {
    inspector: INSPECTOR_VERSION,
    sha256: artifact.sha256,
    filename: artifact.name.filename,
    size: artifact.size,
    ...(startPlaces !== undefined && { startPlaces }),
    findings: run.findings.all,
    ...(run.incomplete ? { incomplete: true } : {}),
    memberDigests: run.digests.toBase64(),
    memberCount: run.memberCount,
    inflatedBytes: run.inflatedBytes,
    ...(run.modules === undefined ? {} : { modules: run.modules.names }),
    ...(run.modules?.cut === true ? { modulesCut: true } : {}),
    ...(run.metadataSha256 === undefined ? {} : { metadataSha256: run.metadataSha256 }),
  };
}

async function inspectByFormat(
  source: ByteSource,
  run: InspectionRun,
  proofs: ContentProofs | undefined,
): Promise<void> {
  const { format, filename } = run.artifact;
  if (format !== undefined) checkOneFormat(source, format, run.findings);
  if (format === 'zip') return inspectZip(source, run, proofs);
  if (format !== undefined) return inspectTar(source, run);
  throw new InspectionProblem(
    'archive-format-unsupported',
    `${filename} has an unsupported format`,
  );
}
