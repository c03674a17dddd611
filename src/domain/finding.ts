import type { Sha256 } from './digest.js';
import type { DistributionFilename } from './distribution-filename.js';
import type { FindingRule } from './rules.js';

/**
 * Something that an inspection saw in an artifact: a fact, whatever anybody's policy makes of it.
 * The codes, with the rule each belongs to and its source, stand in `finding-codes.ts`.
 */
export interface Finding {
  /** Stable, in words: `pth-executable`, `zip-duplicate-name`. */
  readonly code: string;
  readonly rule: FindingRule;
  /** One plain sentence for a person: what was seen, where. ASCII; odd bytes are escaped. */
  readonly detail: string;
  /** The member's path as the archive writes it (escaped where it is not plain text). */
  readonly member?: string;
  /** The digest of the member's content, where it was read. */
  readonly sha256?: Sha256 | undefined;
  /** Start-up hooks: the name under which it lands in the site directory (`elementary.pth`). */
  readonly landing?: string | undefined;
  /** Start-up hooks: a known generator reproduces the file to the byte (`setuptools-nspkg`). */
  readonly template?: string;
  /** Where in the archive, in bytes from its start. */
  readonly offset?: number;
  /** What it was seen in; absent where it is in no one place of a content, and in what was stored before there were any. */
  readonly excerpt?: Excerpt | undefined;
}

/** Bytes of a member, as they stand in it: a refused artifact is dropped, and this stays. */
export interface Excerpt {
  /** The line, and where it is short what follows it: `EXCERPT_BYTES` at most, together with `tail`. */
  readonly base64: string;
  /** Where in the member it begins, in bytes. */
  readonly offset: number;
  /** The number of the line that begins there, from 1. */
  readonly line: number;
  /** Of that line, in bytes, without its end. */
  readonly lineLength: number;
  /** Whether the line goes on behind it. */
  readonly truncated: boolean;
  /** The last bytes of such a line. */
  readonly tail?: string;
}

/** The longest excerpt, in bytes. */
export const EXCERPT_BYTES = 512;

/** All that one look at an artifact gave: stored by sha256, filename, inspector version and settings, never looked up twice. */
export interface Inspection {
  readonly inspector: number;
  readonly sha256: Sha256;
  readonly filename: string;
  readonly size: number;
  readonly findings: readonly Finding[];
  /**
   * Set where some of the bytes were not looked at (the inspection broke off, a member could not be opened):
   * there may be start-up hooks that are no finding. A finding says why; who waives that one has not seen the rest.
   */
  readonly incomplete?: true;
  /**
   * Set where it broke off for what may pass (a fault of ours, the time that it took): milliseconds since 1970, from
   * when on it counts no more. Such an inspection is in nobody's store.
   */
  readonly countsUntil?: number;
  /**
   * Digests of the members' contents, for denials by a member's hash: the first 8 bytes of each SHA-256, one
   * after the other, in base64. Eight bytes keep a wheel of 10,000 members at 107 KB; who makes two files
   * collide in them only gets his own artifact refused.
   */
  readonly memberDigests: string;
  readonly memberCount: number;
  readonly inflatedBytes: number;
  /**
   * Wheels: the names under which its files can be imported from a folder of the import path, in lower case and
   * sorted; a hook of another project may import one of them at the start.
   */
  readonly modules?: readonly string[];
  /** Set where it brings more modules than `modules` names. */
  readonly modulesCut?: true;
  /** Wheels: the digest of the METADATA member, which the sidecar must equal. */
  readonly metadataSha256?: Sha256;
}

/** What an inspector is told of the artifact beside its bytes. */
export interface ArtifactDescription {
  readonly sha256: Sha256;
  readonly size: number;
  readonly name: DistributionFilename;
}
