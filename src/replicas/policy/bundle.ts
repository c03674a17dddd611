import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type Seal, withoutSeal } from '../seal.js';

/** A policy file as it was read. */
export interface BundledFile {
  /** Without a folder. */
  readonly name: string;
  readonly text: string;
}

/** The policy files of a replica, as it hands them to all others. */
export interface Bundle {
  /** A later edit has a higher one. */
  readonly seq: number;
  /** The name of the replica whose edit it is. */
  readonly by: string;
  /** When it was made, by that replica's clock, in milliseconds since 1970. */
  readonly at: number;
  readonly files: readonly BundledFile[];
  /** Digests of what has been in force before, the newest first: a folder that holds one of these is not newer. */
  readonly past: readonly string[];
}

const MOST_FILES = 200;
const MOST_PAST = 50;
/** All texts together, and what comes of them, in bytes. */
const LONGEST_TEXT = 8 * 2 ** 20;
export const LONGEST_BUNDLE = 2 * 2 ** 20;

const FORM = z.object({
  seq: z.number().int().positive(),
  by: z.string().max(100),
  at: z.number(),
  files: z
    .array(z.object({ name: z.string().regex(/^[^./\\][^/\\]{0,200}\.ya?ml$/i), text: z.string() }))
    .min(1)
    .max(MOST_FILES),
  past: z.array(z.string()).max(MOST_PAST),
});
const NAME = ['policy'];

/** Another text for other files. */
export function digestOf(files: readonly BundledFile[]): string {
  const inOrder = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const { name, text } of inOrder) hash.update(JSON.stringify([name, text]));
  return hash.digest('hex');
}

/** What comes after a bundle: what it holds is past. */
export function pastAfter(before: Bundle | undefined): readonly string[] {
  if (before === undefined) return [];
  return [...new Set([digestOf(before.files), ...before.past])].slice(0, MOST_PAST);
}

/** @returns undefined where it is too much to be shared, or none that others would read */
export function writeBundle(bundle: Bundle, seal: Seal): Buffer | undefined {
  const text = JSON.stringify(bundle);
  if (Buffer.byteLength(text) > LONGEST_TEXT || !FORM.safeParse(bundle).success) return undefined;
  const sealed = seal.seal(NAME, gzipSync(text));
  return sealed.length > LONGEST_BUNDLE ? undefined : sealed;
}

/** @returns undefined where no replica has made it */
export function readBundle(sealed: Uint8Array, seal: Seal): Bundle | undefined {
  const packed = sealed.length > LONGEST_BUNDLE ? undefined : seal.open(NAME, sealed);
  return packed && unpacked(packed);
}

/** Reads one from the own disk, whatever the secret was when it was written: another must not take the policy away. */
export function readOwnBundle(sealed: Uint8Array): Bundle | undefined {
  return sealed.length > LONGEST_BUNDLE ? undefined : unpacked(withoutSeal(sealed));
}

function unpacked(packed: Uint8Array): Bundle | undefined {
  try {
    const text = gunzipSync(packed, { maxOutputLength: 2 * LONGEST_TEXT }).toString('utf8');
    const bundle = FORM.safeParse(JSON.parse(text));
    return bundle.success ? bundle.data : undefined;
  } catch {
    return undefined;
  }
}
