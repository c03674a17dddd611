/** A file's hash in RECORD. */
export interface RecordHash {
  /** In lower case; empty if absent. */
  readonly algorithm: string;
  /** base64url without padding, however it is written. */
  readonly digest: string;
}

/** Hashes that a RECORD may use: SHA-256 or better (PEP 376 names no others that are sound). */
export const STRONG_HASHES: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);

/** A digest of SHA-256, SHA-384 or SHA-512 in hexadecimal; in base64 none is as long. */
const HEX = /^(?:[\da-f]{64}|[\da-f]{96}|[\da-f]{128})$/i;

/**
 * Reads `algorithm=digest`. The specification requires base64url without padding; builders have also written base64's
 * standard alphabet, padding, and hexadecimal (sphinx-theme-builder), and these forms are unambiguous.
 */
export function parseRecordHash(text: string): RecordHash {
  const equals = text.indexOf('=');
  if (equals < 1) return { algorithm: '', digest: '' };
  const written = text.slice(equals + 1);
  const digest = HEX.test(written)
    ? Buffer.from(written, 'hex').toString('base64url')
    : written.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return { algorithm: text.slice(0, equals).toLowerCase(), digest };
}
