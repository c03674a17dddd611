import type { Sha256 } from '../../domain/digest.js';
import { counted } from '../../domain/plural.js';
import { Digests, Held, hexSha256 } from '../archive/content.js';
import { checkPortableName } from '../archive/portable-name.js';
import type { ByteSource } from '../byte-source.js';
import { ContentProofs } from '../early/content-proofs.js';
import { InspectionProblem } from '../finding-list.js';
import type { InspectionRun } from '../inspection-run.js';
import { StartupHooks } from '../startup-hooks/startup-hooks.js';
import {
  checkSpelling,
  type DistInfoFile,
  distInfoFile,
  findDistInfo,
  readDistInfo,
} from '../wheel/dist-info.js';
import type { WheelRecord } from '../wheel/record.js';
import { readContent } from './inflate.js';
import { isReadable, MemberLooks } from './member-looks.js';
import { readZipMembers, type ZipMember } from './zip-members.js';

/**
 * Inspects a wheel, an egg or a zip sdist.
 * @param proofs contents that were read during the transfer, and need not be read again
 * @throws {InspectionProblem} if the rest is unreadable
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
  if (!files.every(isReadable)) run.incomplete = true;

  const record = artifact.kind === 'wheel' ? await readRecord(source, members, run) : undefined;
  const hooks = new StartupHooks(artifact, findings, files);
  const looks = new MemberLooks({ source, run, hooks, record, proofs });
  for (const member of members) {
    const reading = looks.look(member);
    if (reading !== undefined) await reading;
  }
  for (const member of files) {
    const reading = looks.lookAgain(member);
    if (reading !== undefined) await reading;
  }
  record?.finish();
  hooks.finish();
  if (artifact.kind !== 'sdist') {
    run.modules = hooks.modules;
    run.places = hooks.places;
  }
}

/** The metadata of a wheel's `.dist-info` about its members; undefined if it is missing or unreadable. */
async function readRecord(
  source: ByteSource,
  members: readonly ZipMember[],
  run: InspectionRun,
): Promise<WheelRecord | undefined> {
  const { findings, artifact } = run;
  const paths = members.map((member) => member.path);
  const folder = findDistInfo(paths, artifact, findings);
  if (folder === undefined) return undefined;
  checkSpelling(paths, folder, findings);
  const contents = new Map<DistInfoFile, Buffer>();
  for (const member of members) {
    const file = member.isFolder ? undefined : distInfoFile(member.path, folder);
    if (file === undefined || !isReadable(member)) continue;
    contents.set(file, await readWhole(source, member, run));
  }
  const record = readDistInfo(contents, folder, artifact, findings);
  const metadata = contents.get('METADATA');
  if (metadata !== undefined) run.metadataSha256 = digestOf(metadata);
  return record;
}

/** Reads a member that is judged as a whole. @throws {InspectionProblem} if it is too large */
async function readWhole(
  source: ByteSource,
  member: ZipMember,
  run: InspectionRun,
): Promise<Buffer> {
  if (member.inflated > run.limits.heldBytes)
    throw new InspectionProblem(
      'inspection-limit-held',
      `${member.path} has ${counted(member.inflated, 'byte')}`,
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
