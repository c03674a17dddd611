import type { Inspection } from './finding.js';

/**
 * What was seen of a file whose bytes are not here: its zip directory, and the members that could be start-up hooks. It has
 * the form of an inspection for the rules to read, and is none: it says that a file is bad, never that it is good, and it
 * changes project pages only.
 */
export interface Probe extends Inspection {
  /** `PROBE_VERSION` of whoever looked. */
  readonly probe: number;
}

/** Whether what is known of a file is what a probe has seen. */
export function isProbe(inspection: Inspection | undefined): inspection is Probe {
  return inspection !== undefined && 'probe' in inspection;
}
