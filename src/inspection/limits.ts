import { createHash } from 'node:crypto';

/** The limits of one inspection. Exceeding one is a finding `inspection-limit-…`, and doubt refuses. */
export interface InspectionLimits {
  /** Members of an archive. */
  readonly members: number;
  /** Bytes of a zip's central directory. */
  readonly directoryBytes: number;
  /** Bytes that all members together may inflate to. */
  readonly inflatedBytes: number;
  /** Inflated bytes for each byte of the artifact; counts from `ratioFloorBytes` inflated bytes on. */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
  /** Maximum length of a member's path, in characters. */
  readonly pathLength: number;
  /** Maximum folder depth of a member's path. */
  readonly depth: number;
  /** Bytes of a member that must be held whole to be read (METADATA, RECORD, …). */
  readonly heldBytes: number;
  /** Milliseconds for one artifact. */
  readonly timeMs: number;
  /** MiB of heap for one thread. */
  readonly threadHeapMb: number;
  /**
   * `all`: each member is inflated, and its checksum and RECORD hash are compared. `needed`: only hook candidates, the
   * wheel's own metadata, and members with a data descriptor.
   */
  readonly inflate: 'all' | 'needed';
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: InspectionLimits = {
  members: 100_000,
  directoryBytes: 32 * MIB,
  inflatedBytes: 16 * 1024 * MIB,
  ratio: 200,
  ratioFloorBytes: 64 * MIB,
  pathLength: 1000,
  depth: 50,
  heldBytes: 16 * MIB,
  timeMs: 120_000,
  threadHeapMb: 256,
  inflate: 'all',
};

/** These only decide whether an inspection is completed; an incomplete one is never stored (`finding-codes.ts`). */
const ONLY_WHETHER: ReadonlySet<string> = new Set([
  'timeMs',
  'threadHeapMb',
] satisfies (keyof InspectionLimits)[]);

/**
 * A short name for the limits and settings that affect findings: under another name, the same bytes may have other
 * findings, and are inspected again. Every limit counts, except those known to be irrelevant.
 */
export function settingsName(limits: Partial<InspectionLimits> = {}): string {
  const counting = Object.entries({ ...DEFAULT_LIMITS, ...limits })
    .filter(([name]) => !ONLY_WHETHER.has(name))
    .map(([name, value]) => `${name}=${value}`);
  return createHash('sha256').update(counting.sort().join('\n')).digest('hex').slice(0, 8);
}
