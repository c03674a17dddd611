import type { DistributionFilename } from '../domain/distribution-filename.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { type ByteSource, FileSource } from './byte-source.js';
import { INSPECTOR_VERSION } from './inspector.js';
import type { InspectionLimits } from './limits.js';
import { Report, Stop, shown } from './report.js';
import { bunzip2, chunksOf } from './tar/bunzip2.js';
import { ByteQueue } from './tar/byte-queue.js';
import { gunzip } from './tar/gunzip.js';
import { inspectTar } from './tar/inspect-tar.js';
import { inspectWheel } from './wheel/inspect-wheel.js';
import { inspectZip } from './zip/inspect-zip.js';

/**
 * Inspects an artifact in this thread. It never rejects for what is in the file: what goes wrong while
 * looking is a finding, too.
 */
export async function inspectFile(
  path: string,
  artifact: ArtifactDescription,
  limits: InspectionLimits,
): Promise<Inspection> {
  const source = new FileSource(path);
  try {
    return await inspectSource(source, artifact, limits);
  } finally {
    source.close();
  }
}

/** The same for bytes from anywhere. */
export async function inspectSource(
  source: ByteSource,
  artifact: ArtifactDescription,
  limits: InspectionLimits,
): Promise<Inspection> {
  const report = new Report(limits, source.size);
  try {
    await inspectAs(source, artifact.name, report);
  } catch (error) {
    if (!(error instanceof Stop))
      report.add('inspection-failed', `looking at it failed: ${shown((error as Error).message)}`);
  }
  return {
    inspector: INSPECTOR_VERSION,
    sha256: artifact.sha256,
    filename: artifact.name.filename,
    size: artifact.size,
    findings: report.findings,
    memberDigests: report.memberDigests,
    memberCount: report.memberCount,
    inflatedBytes: report.inflatedBytes,
    ...(report.metadataSha256 !== undefined && { metadataSha256: report.metadataSha256 }),
  };
}

async function inspectAs(
  source: ByteSource,
  name: DistributionFilename,
  report: Report,
): Promise<void> {
  if (name.kind === 'wheel') return inspectWheel(source, name, report);
  switch (name.format) {
    case 'zip':
      return inspectZip(source, name, report);
    case 'tar.gz':
      return inspectTarStream(gunzip(source, report), name, report);
    case 'tar.bz2':
      return inspectTarStream(bunzip2(source, report), name, report);
    case 'tar':
      return inspectTarStream(toAsync(chunksOf(source)), name, report);
    default:
      report.stop(
        'archive-format-unsupported',
        `${shown(name.filename)} is of a kind that is not opened`,
      );
  }
}

/** The compression is read to its end, so that what stands behind the archive is seen, too. */
async function inspectTarStream(
  chunks: AsyncGenerator<Buffer>,
  name: DistributionFilename,
  report: Report,
): Promise<void> {
  const queue = new ByteQueue(chunks);
  await inspectTar(queue, name, report);
  await queue.pass(Number.POSITIVE_INFINITY, (chunk) => report.countInflated(chunk.length));
}

async function* toAsync(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}
