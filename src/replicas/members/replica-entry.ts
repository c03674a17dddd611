import { z } from 'zod';
import type { Seal } from '../seal.js';

const TEXT = z.string().max(200);
const INSTANT = z.number().nonnegative();

const FORM = z.object({
  name: TEXT,
  instance: TEXT,
  url: TEXT.optional(),
  revision: TEXT,
  version: TEXT,
  inspector: INSTANT,
  started: INSTANT,
  at: INSTANT,
  policySeq: INSTANT.optional(),
  decided: z.object({ run: TEXT, number: INSTANT }).optional(),
});

/** A replica's periodic entry. Times are by Redis' clock, in milliseconds since 1970. */
export interface ReplicaEntry {
  /** The name in the settings. */
  readonly name: string;
  /** Identifies one run: it distinguishes two replicas with the same name, and one before and after a restart. */
  readonly instance: string;
  /** The URL for the other replicas; undefined if it is unreachable. */
  readonly url?: string | undefined;
  /** The revision of the policy in force. */
  readonly revision: string;
  /** Wheelgate version. */
  readonly version: string;
  /** The version of its inspector: its findings are valid for replicas with the same one. */
  readonly inspector: number;
  readonly started: number;
  /** The time of the entry. */
  readonly at: number;
  /** The number of its shared policy; undefined if it shares none. */
  readonly policySeq?: number | undefined;
  /** The run in its decision messages, and the number of the last one; undefined for an older version. */
  readonly decided?: { readonly run: string; readonly number: number } | undefined;
}

/** The field of its entry. */
export function fieldOf({ name, instance }: Pick<ReplicaEntry, 'name' | 'instance'>): string {
  return `${name}/${instance}`;
}

/** @param seal signs the entry, because an unsigned one is not trusted */
export function writeEntry(entry: ReplicaEntry, seal: Seal): Buffer {
  return seal.seal(nameOf(fieldOf(entry)), Buffer.from(JSON.stringify(entry)));
}

/** @returns undefined if no replica has signed it, or it is in another's field */
export function readEntry(field: string, value: Uint8Array, seal: Seal): ReplicaEntry | undefined {
  const text = seal.open(nameOf(field), value);
  if (text === undefined) return undefined;
  // Signed, and therefore valid if it has this version's format.
  const entry = FORM.safeParse(JSON.parse(text.toString('utf8')));
  return entry.success && fieldOf(entry.data) === field ? entry.data : undefined;
}

function nameOf(field: string): string[] {
  return ['replicas', field];
}
