import { parseSha256 } from '../domain/digest.js';
import { readHashes } from '../domain/hashes.js';
import type { SeenBytes } from '../domain/integrity.js';

/** For people, too: they may remove a pin. */
export function writeSeen({ filename, sha256, hashes, declared, disputed }: SeenBytes): string {
  return JSON.stringify({ filename, sha256, hashes, declared, disputed }, undefined, 2);
}

/** A text that is torn, or is of another file than its name says, may hide what it was to keep. */
export function readSeen(text: string, filename: string): SeenBytes | 'unreadable' {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'unreadable';
  }
  if (typeof value !== 'object' || value === null) return 'unreadable';
  const record: { readonly [Key in keyof SeenBytes]?: unknown } = value;
  const sha256 = parseSha256(record.sha256);
  const disputed = parseSha256(record.disputed);
  const { hashes, doubt } = readHashes(Object.entries(record.hashes ?? {}));
  const isWhole =
    record.filename === filename &&
    doubt === undefined &&
    (record.disputed === undefined || disputed !== undefined);
  if (!isWhole || sha256 === undefined) return 'unreadable';
  return {
    filename,
    sha256,
    hashes,
    ...(record.declared === true && { declared: true }),
    ...(disputed !== undefined && { disputed }),
  };
}
