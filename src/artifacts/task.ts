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

/** The message for errors that are not the upstream's. */
export const NOT_READY = 'The artifact could not be prepared.';

/** One artifact to be fetched, by this process or another. */
export interface Task {
  readonly fill: Fill;
  /** With the sha256 from when it is known. */
  listed: ListedFile;
  /** Once all has been asked of who attests it. */
  readonly attested: Promise<unknown>;
  /** Resolves when the findings are stored; the verdict does not wait for that. Never rejects. */
  kept: Promise<void>;
}

/** One that is ours to bring here. */
export interface OwnTask extends Task {
  readonly signal: AbortSignal;
  /** Sends news to the followers. */
  readonly tell: (news: FillNews) => void;
  /** Bytes that the previous process left; released by the owner of the task. */
  readonly left: LeftBytes | undefined;
  /** Another replica that is at it. */
  readonly distant: Distant | undefined;
  /** The facts known before the bytes arrived, with their digest. */
  known: { readonly sha256: Sha256 | undefined; readonly inspection: Inspection | undefined };
}

/**
 * The key of a fill, for this machine and others. The filename is part of it, because findings compare it with the
 * contents, and so is the index's declaration, as opposed to facts learned later. Without a declared digest, only the
 * same index has the same bytes.
 */
export function flightKey({ subject, file, upstream }: ListedFile): string {
  return `${subject.project}/${subject.filename}/${strongName(file.hashes) || `at ${upstream.name} ${upstream.url}`}`;
}

/** The SHA-256 of a file, if it is the only digest to verify. */
export function knownDigest({ file: { integrity, sha256 } }: ListedFile): Sha256 | undefined {
  if (integrity === undefined) return sha256;
  // Bytes that differ from the pinned ones, which a waiver may accept.
  return typeof integrity === 'object' && integrity.other === sha256 ? sha256 : undefined;
}

/**
 * The same, if these bytes may be delivered without another inspection: inspected, or from an upstream whose files are
 * not inspected.
 */
export function admittedDigest(
  listed: ListedFile,
  inspection: Inspection | undefined,
): Sha256 | undefined {
  const isAdmitted = inspection !== undefined || !listed.upstream.inspect;
  return isAdmitted ? knownDigest(listed) : undefined;
}

/** The bytes have arrived, and match their declaration. */
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
