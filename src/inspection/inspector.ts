import type { DistributionFilename } from '../domain/distribution-filename.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';

/**
 * Increase it whenever the same bytes could have other findings: files with stored findings of an older version are
 * inspected again.
 */
export const INSPECTOR_VERSION = 7;

/** An inspection during the transfer: its results need not be computed again once the artifact is complete. */
export interface EarlyLook {
  /** So many bytes of the file can be read. */
  arrived(bytes: number): void;
  /** The artifact will not be inspected. */
  abandon(): void;
}

/** A local file by its path, or memory shared between threads: complete, and no longer written to. */
export type Inspectable = string | SharedArrayBuffer;

/** Turns an artifact's bytes into findings, off the event loop. */
export interface Inspector {
  /**
   * Starts with a file that is still being written; pass the result on to `inspect`, or abandon it. It changes how soon
   * the findings are available, never their content.
   * @param size the total size in bytes, if known
   */
  begin(path: string, name: DistributionFilename, size: number | undefined): EarlyLook;
  /** Announces an artifact, so the inspector can prepare. */
  expectOne(): void;
  /**
   * Inspects a complete artifact. Never rejects because of its content, nor for a thread that crashed on it or exceeded
   * its limits: that is a finding (`inspection-failed`, `inspection-limit-…`), and doubt refuses.
   * @throws {Failure} unable if the inspection could not start, or the file system failed to return the bytes: a local
   * fault, independent of the artifact
   */
  inspect(at: Inspectable, artifact: ArtifactDescription, early?: EarlyLook): Promise<Inspection>;
  close(): Promise<void>;
}
