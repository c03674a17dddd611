import { type InspectionLimits, settingsName } from '../limits.js';

/** Raise it whenever the same bytes could give other probes. */
export const PROBE_VERSION = 1;

/** A short name for all inputs of probes, apart from the bytes and the inspector's version. */
export function probeSettingsName(limits: Partial<InspectionLimits> = {}): string {
  return `${settingsName(limits)}p${PROBE_VERSION}`;
}
