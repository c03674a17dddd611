import type { Sha256 } from './digest.js';
import type { DistributionFilename } from './distribution-filename.js';
import type { FindingRule } from './rules.js';
import type { StartPlaces } from './start-places.js';

/**
 * An observation from the inspection of an artifact. It is independent of any policy. `finding-codes.ts` lists the
 * codes with their rules and sources.
 */
export interface Finding {
  /** Stable identifier: `pth-executable`, `zip-duplicate-name`. */
  readonly code: string;
  readonly rule: FindingRule;
  /** One plain sentence with the observation and its place. ASCII; other bytes are escaped. */
  readonly detail: string;
  /** The member's path in the archive, escaped if it is not plain text. */
  readonly member?: string;
  /** Digest of the member's content, if it was read. */
  readonly sha256?: Sha256 | undefined;
  /** Startup hooks: the filename after installation into the site directory (`elementary.pth`). */
  readonly landing?: string | undefined;
  /** Startup hooks: the known generator that reproduces the file exactly (`setuptools-nspkg`). */
  readonly template?: string;
  /** Offset in the archive, in bytes. */
  readonly offset?: number;
  /** The matching content. Absent if it is not in a single place, and in inspections stored by older versions. */
  readonly excerpt?: Excerpt | undefined;
}

/** Original bytes of a member. They remain available after a refused artifact is deleted. */
export interface Excerpt {
  /** The line, and the following lines if it is short. At most `EXCERPT_BYTES`, including `tail`. */
  readonly base64: string;
  /** Offset in the member, in bytes. */
  readonly offset: number;
  /** Number of the first line, from 1. */
  readonly line: number;
  /** Length of that line in bytes, without its line ending. */
  readonly lineLength: number;
  /** Whether the line continues after the excerpt. */
  readonly truncated: boolean;
  /** The last bytes of a truncated line. */
  readonly tail?: string;
}

/** The longest excerpt, in bytes. */
export const EXCERPT_BYTES = 512;

/**
 * The result of one inspection of an artifact, stored by SHA-256, filename, inspector version and settings. The same
 * artifact is never inspected twice.
 */
export interface Inspection {
  readonly inspector: number;
  readonly sha256: Sha256;
  readonly filename: string;
  readonly size: number;
  /** Wheels: how it may run code at the start together with another artifact. Precedes the findings in a record. */
  readonly startPlaces?: StartPlaces;
  readonly findings: readonly Finding[];
  /**
   * Set if some bytes were not inspected (the inspection was aborted, or a member could not be read). A finding gives
   * the reason. Startup hooks can be missing from the findings, so a waiver of that finding accepts unseen hooks.
   */
  readonly incomplete?: true;
  /**
   * Set if the inspection was aborted for a temporary reason (an internal error or a timeout). The inspection is
   * invalid from this time, in milliseconds since 1970, and is never stored.
   */
  readonly countsUntil?: number;
  /**
   * Digests of the members' contents, for denials by member hash: the first 8 bytes of each SHA-256, concatenated, in
   * base64. Eight bytes keep a wheel of 10,000 members at 107 KB. An author who creates a collision only causes their
   * own artifact to be refused.
   */
  readonly memberDigests: string;
  readonly memberCount: number;
  readonly inflatedBytes: number;
  /**
   * Wheels: the names that make its files importable from a folder on the import path, lowercase and sorted. A startup
   * hook of another project can import them.
   */
  readonly modules?: readonly string[];
  /** Set if the artifact has more modules than `modules` lists. */
  readonly modulesCut?: true;
  /** Wheels: SHA-256 of the METADATA member. The metadata sidecar must match it. */
  readonly metadataSha256?: Sha256;
}

/** The inspector's input, apart from the bytes. */
export interface ArtifactDescription {
  readonly sha256: Sha256;
  readonly size: number;
  readonly name: DistributionFilename;
}
