import type { Sha256 } from '../domain/digest.js';
import type { DistributionFilename } from '../domain/distribution-filename.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import { strongName } from '../domain/hashes.js';
import type { Arrived, Distant, FillNews } from '../fleet/leases.js';
import { arrived } from '../project-pages/listing.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import type { Fill } from './fill.js';
import type { LeftBytes } from './left-bytes.js';

/** What is told of a fault that is not the upstream's. */
export const NOT_READY = 'The artifact could not be prepared.';

/** One artifact to be brought here, by whomever. */
export interface Task {
  readonly fill: Fill;
  /** With the sha256 from when it is known. */
  listed: ListedFile;
  /** Once all has been asked of who attests it. */
  readonly attested: Promise<unknown>;
  /** Once the findings are written down; nobody waits for that before the verdict. Never rejects. */
  kept: Promise<void>;
}

/** One that is ours to bring here. */
export interface OwnTask extends Task {
  readonly signal: AbortSignal;
  /** Tells those who follow. */
  readonly tell: (news: FillNews) => void;
  /** What whoever was at it before has left; given up by whoever has the task. */
  readonly left: LeftBytes | undefined;
  /** Another replica that is at it. */
  readonly distant: Distant | undefined;
  /** What was known before the bytes came, and of which bytes. */
  known: { readonly sha256: Sha256 | undefined; readonly inspection: Inspection | undefined };
}

/**
 * What one fill is of, for this machine and others: a file's name counts, because findings compare it with the contents; and what
 * the index declares, not what is learnt of it meanwhile. Without a digest of it only the same index has the same bytes.
 */
export function flightKey({ subject, file, upstream }: ListedFile): string {
  return `${subject.project}/${subject.filename}/${strongName(file.hashes) || `at ${upstream.name} ${upstream.url}`}`;
}

/** The sha256 of a file, where nothing but that is left to be checked. */
export function knownDigest({ file: { integrity, sha256 } }: ListedFile): Sha256 | undefined {
  if (integrity === undefined) return sha256;
  // Other bytes than the pinned ones, which a waiver may let through.
  return typeof integrity === 'object' && integrity.other === sha256 ? sha256 : undefined;
}

/** The same, where these bytes may go out without another look: inspected, or of an upstream that is trusted as it is. */
export function admittedDigest(
  listed: ListedFile,
  inspection: Inspection | undefined,
): Sha256 | undefined {
  const isAdmitted = inspection !== undefined || !listed.upstream.inspect;
  return isAdmitted ? knownDigest(listed) : undefined;
}

/** The bytes are here, and what was declared of them is true. */
export function recognise(task: Task, { sha256, doubt }: Arrived): void {
  const { file } = task.listed;
  task.fill.sha256 = sha256;
  if (doubt !== undefined || file.sha256 !== sha256 || file.integrity !== undefined)
    task.listed = arrived(task.listed, sha256, doubt);
}

/** @throws {Failure} not-found */
export function nameOf({ file, subject }: ListedFile): DistributionFilename {
  const name = parseDistributionFilename(file.filename, subject.project);
  if (name === undefined) throw new Failure('not-found', 'The filename is invalid.');
  return name;
}
