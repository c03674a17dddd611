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

/** What a replica says of itself, again and again. Instants are of Redis' clock, in milliseconds since 1970. */
export interface ReplicaEntry {
  /** As the settings call it. */
  readonly name: string;
  /** Of this run alone: two that are called alike differ in it, and so does one from itself before a restart. */
  readonly instance: string;
  /** Where the others reach it; undefined where they cannot. */
  readonly url?: string | undefined;
  /** Of the policy in force. */
  readonly revision: string;
  /** Wheelgate version. */
  readonly version: string;
  /** Of its inspector: what it finds in a file holds for those of the same one. */
  readonly inspector: number;
  readonly started: number;
  /** When it said so. */
  readonly at: number;
  /** Of the shared policy that it holds; undefined where it shares none. */
  readonly policySeq?: number | undefined;
  /** Its run, as it tells its decisions, and the number of the last one; undefined in an older version. */
  readonly decided?: { readonly run: string; readonly number: number } | undefined;
}

/** The field under which it says so. */
export function fieldOf({ name, instance }: Pick<ReplicaEntry, 'name' | 'instance'>): string {
  return `${name}/${instance}`;
}

/** @param seal without the secret that it is sealed with nobody believes it */
export function writeEntry(entry: ReplicaEntry, seal: Seal): Buffer {
  return seal.seal(nameOf(fieldOf(entry)), Buffer.from(JSON.stringify(entry)));
}

/** @returns undefined where no replica has written it, or it stands in another's field */
export function readEntry(field: string, value: Uint8Array, seal: Seal): ReplicaEntry | undefined {
  const text = seal.open(nameOf(field), value);
  if (text === undefined) return undefined;
  // Sealed, and so of this form where it is of this version.
  const entry = FORM.safeParse(JSON.parse(text.toString('utf8')));
  return entry.success && fieldOf(entry.data) === field ? entry.data : undefined;
}

function nameOf(field: string): string[] {
  return ['replicas', field];
}
