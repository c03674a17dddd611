/** A SHA-256 digest, 64 lower-case hexadecimal digits: the name of an artifact's bytes. */
export type Sha256 = string & { readonly __brand: 'Sha256' };

/** The normalized digest, or undefined if the text is not a digest. */
export function parseSha256(text: unknown): Sha256 | undefined {
  if (typeof text !== 'string' || text.length !== 64) return undefined;
  // Nearly all are, and a page has thousands.
  if (/^[0-9a-f]+$/.test(text)) return text as Sha256;
  return /^[0-9a-f]+$/i.test(text) ? (text.toLowerCase() as Sha256) : undefined;
}
