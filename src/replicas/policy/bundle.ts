import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type Seal, withoutSeal } from '../seal.js';

/** The content of a policy file. */
export interface BundledFile {
  /** Without a folder. */
  readonly name: string;
  readonly text: string;
}

/** A replica's policy files, as shared with all others. */
export interface Bundle {
  /** Higher for a later edit. */
  readonly seq: number;
  /** The name of the replica with the edit. */
  readonly by: string;
  /** The time of the edit by that replica's clock, in milliseconds since 1970. */
  readonly at: number;
  readonly files: readonly BundledFile[];
  /** Digests of earlier policies in force, newest first: a folder with one of these is not newer. */
  readonly past: readonly string[];
}

const MOST_FILES = 200;
const MOST_PAST = 50;
/** Maximum size of all texts together, and of the result, in bytes. */
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

/** Changes with the files. */
export function digestOf(files: readonly BundledFile[]): string {
  const inOrder = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const { name, text } of inOrder) hash.update(JSON.stringify([name, text]));
  return hash.digest('hex');
}

/** The history after a bundle, which includes the bundle itself. */
export function pastAfter(before: Bundle | undefined): readonly string[] {
  if (before === undefined) return [];
  return [...new Set([digestOf(before.files), ...before.past])].slice(0, MOST_PAST);
}

/** @returns undefined if it is too large to share, or others would reject it */
export function writeBundle(bundle: Bundle, seal: Seal): Buffer | undefined {
  const text = JSON.stringify(bundle);
  if (Buffer.byteLength(text) > LONGEST_TEXT || !FORM.safeParse(bundle).success) return undefined;
  const sealed = seal.seal(NAME, gzipSync(text));
  return sealed.length > LONGEST_BUNDLE ? undefined : sealed;
}

/** @returns undefined if no replica has signed it */
export function readBundle(sealed: Uint8Array, seal: Seal): Bundle | undefined {
  const packed = sealed.length > LONGEST_BUNDLE ? undefined : seal.open(NAME, sealed);
  return packed && unpacked(packed);
}

/**
 * Reads a bundle from the own disk without checking the signature: a change of the secret must not remove the policy.
 */
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
