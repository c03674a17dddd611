import type { Sha256 } from '../../domain/digest.js';
import { Digests, Held, hexSha256 } from '../archive/content.js';
import { checkPortableName } from '../archive/portable-name.js';
import type { ByteSource } from '../byte-source.js';
import { ContentProofs } from '../early/content-proofs.js';
import { InspectionProblem } from '../finding-list.js';
import type { InspectionRun } from '../inspection-run.js';
import { parseSdistMetadata } from '../sdist-metadata.js';
import { StartupHooks } from '../startup-hooks/startup-hooks.js';
import {
  checkSpelling,
  type DistInfoFile,
  distInfoFile,
  findDistInfo,
  readDistInfo,
} from '../wheel/dist-info.js';
import type { WheelRecord } from '../wheel/record.js';
import { DescriptorScan } from './descriptor-scan.js';
import { readContent } from './inflate.js';
import { DEFLATED, readZipMembers, STORED, type ZipMember } from './zip-members.js';

/**
 * Inspects a wheel, an egg or a zip sdist.
 * @param proofs contents that were read as they came in, and need not be read again to be known
 * @throws {InspectionProblem} where it cannot be read on
 */
export async function inspectZip(
  source: ByteSource,
  run: InspectionRun,
  proofs = new ContentProofs(),
): Promise<void> {
  const { findings, artifact, limits } = run;
  const members = readZipMembers(source, limits, findings);
  const files = members.filter((member) => !member.isFolder);
  run.memberCount = files.length;
  // An sdist is unpacked to be built, here and now: it is no file's name that an installation keeps.
  if (artifact.kind !== 'sdist') for (const { path } of members) checkPortableName(path, findings);
  // Members that are packed in an unknown way are findings already, and cannot be opened.
  const readable = (member: ZipMember) =>
    (member.method === STORED && member.compressed === member.inflated) ||
    member.method === DEFLATED;

  if (!files.every(readable)) run.incomplete = true;

  let record: WheelRecord | undefined;
  if (artifact.kind === 'wheel') {
    const paths = members.map((member) => member.path);
    const folder = findDistInfo(paths, artifact, findings);
    if (folder !== undefined) {
      checkSpelling(paths, folder, findings);
      const contents = new Map<DistInfoFile, Buffer>();
      for (const member of files) {
        const file = distInfoFile(member.path, folder);
        if (file === undefined || !readable(member)) continue;
        contents.set(file, await readWhole(source, member, run));
      }
      record = readDistInfo(contents, folder, artifact, findings);
      const metadata = contents.get('METADATA');
      if (metadata !== undefined) run.metadataSha256 = digestOf(metadata);
    }
  }
  const hooks = new StartupHooks(artifact, findings, files);
  for (const member of members) {
    if (member.isFolder) {
      if (readable(member) && member.compressed > 0)
        await readContent(source, member, [], run.checkTime);
      continue;
    }
    record?.see(member.path);
    const look = hooks.see(member.path);
    const needed = limits.inflate === 'all' || look !== undefined || member.hasDescriptor;
    if (!needed || !readable(member)) continue;
    const algorithm = record?.algorithmOf(member.path);
    const sdist =
      artifact.kind === 'sdist' ? parseSdistMetadata(member.path, member.inflated, run) : undefined;
    const scan =
      member.method === STORED && member.hasDescriptor ? new DescriptorScan() : undefined;
    const onlyHashed = [look, sdist, algorithm, scan].every((more) => more === undefined);
    const proven = onlyHashed ? proofs.digestOf(member) : undefined;
    if (proven !== undefined) {
      run.addContent(proven, member.inflated);
      record?.compare(member.path, member.inflated, proven, undefined);
      run.checkTime();
      continue;
    }
    const digests = new Digests(algorithm);
    const sinks = [digests, ...(look?.sinks ?? []), ...(sdist?.sinks ?? [])];
    if (scan !== undefined) sinks.push(scan);
    await readContent(source, member, sinks, run.checkTime);
    if (scan?.found === true)
      findings.add('zip-stored-descriptor', `${member.path} has a data descriptor in its data`, {
        member: member.path,
      });
    const { sha256, other } = digests.finish();
    run.addContent(sha256, digests.length);
    look?.finish(hexSha256(sha256));
    sdist?.finish();
    record?.compare(member.path, digests.length, sha256, other);
  }
  for (const member of files) {
    const look = readable(member) ? hooks.lookAgain(member.path) : undefined;
    if (look === undefined) continue;
    const digests = new Digests();
    await readContent(source, member, [digests, ...look.sinks], run.checkTime);
    look.finish(hexSha256(digests.finish().sha256));
  }
  record?.finish();
  hooks.finish();
  if (artifact.kind !== 'sdist') run.modules = hooks.modules;
}

/** Reads a member that is judged as a whole. @throws {InspectionProblem} where it is too large */
async function readWhole(
  source: ByteSource,
  member: ZipMember,
  run: InspectionRun,
): Promise<Buffer> {
  if (member.inflated > run.limits.heldBytes)
    throw new InspectionProblem(
      'inspection-limit-held',
      `${member.path} has ${member.inflated} bytes`,
      {
        member: member.path,
      },
    );
  const held = new Held();
  await readContent(source, member, [held], run.checkTime);
  return held.bytes;
}

function digestOf(content: Buffer): Sha256 {
  const digests = new Digests();
  digests.write(content);
  return hexSha256(digests.finish().sha256);
}
