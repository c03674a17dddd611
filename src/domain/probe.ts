import type { Inspection } from './finding.js';

/**
 * The observations about a file that was not downloaded: its zip directory, and the members that could be startup
 * hooks. It has the form of an inspection for the rules, but is none: it can only prove that a file is bad, and only
 * affects project pages.
 */
export interface Probe extends Inspection {
  /** The `PROBE_VERSION` of its author. */
  readonly probe: number;
}

/** Whether the facts about a file come from a probe. */
export function isProbe(inspection: Inspection | undefined): inspection is Probe {
  return inspection !== undefined && 'probe' in inspection;
}
