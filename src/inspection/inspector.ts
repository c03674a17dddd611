import type { ArtifactDescription, Inspection } from '../domain/finding.js';

/** Raise it whenever the same bytes could give other findings: stored findings of an older one are looked at again. */
export const INSPECTOR_VERSION = 2;

/** Turns an artifact's bytes into findings, off the event loop. */
export interface Inspector {
  /**
   * Looks at a complete file. Never rejects for what is in it, for a worker that died or ran out of its
   * limits: that is a finding (`inspection-failed`, `inspection-limit-…`), and doubt refuses.
   */
  inspect(path: string, artifact: ArtifactDescription): Promise<Inspection>;
  close(): Promise<void>;
}
