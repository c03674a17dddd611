import type { DistributionFilename } from '../domain/distribution-filename.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';

/** Raise it whenever the same bytes could give other findings: stored findings of an older one are looked at again. */
export const INSPECTOR_VERSION = 4;

/** A look at an artifact while it is coming in: what is read now need not be read once it is complete. */
export interface EarlyLook {
  /** So many bytes of the file can be read. */
  arrived(bytes: number): void;
  /** The artifact will not be inspected. */
  abandon(): void;
}

/** A file of this machine by its path, or memory that threads share: all of it, and nobody writes to it any more. */
export type Inspectable = string | SharedArrayBuffer;

/** Turns an artifact's bytes into findings, off the event loop. */
export interface Inspector {
  /**
   * Begins with a file that is still being written; hand the look on to `inspect`, or abandon it. It changes how
   * soon the findings are there, never what they are.
   * @param size what it will have, in bytes, where that is known
   */
  begin(path: string, name: DistributionFilename, size: number | undefined): EarlyLook;
  /** An artifact is coming: what takes time before one can be looked at may be done meanwhile. */
  expectOne(): void;
  /**
   * Looks at a complete artifact. Never rejects for what is in it, nor for a thread that died on it or ran out of its
   * limits: that is a finding (`inspection-failed`, `inspection-limit-…`), and doubt refuses.
   * @throws {Failure} unable where the look could not begin, or the file system does not give the bytes: a fault of ours,
   *   which says nothing of them
   */
  inspect(at: Inspectable, artifact: ArtifactDescription, early?: EarlyLook): Promise<Inspection>;
  close(): Promise<void>;
}
