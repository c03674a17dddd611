import { parseSha256 } from '../domain/digest.js';
import { readHashes } from '../domain/hashes.js';
import type { Replaced, SeenBytes } from '../domain/integrity.js';

/** Also for people, who may remove a pin. */
export function writeSeen(seen: SeenBytes): string {
  const { filename, sha256, hashes, declared, disputed, replaced } = seen;
  const before = replaced && {
    sha256: replaced.sha256,
    ...(replaced.at !== undefined && { at: new Date(replaced.at).toISOString() }),
  };
  return JSON.stringify(
    { filename, sha256, hashes, declared, disputed, replaced: before },
    undefined,
    2,
  );
}

/** A text that is incomplete, or does not match its filename, may hide the pinned digest. */
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
    ...readReplaced(record.replaced),
  };
}

/** It does not concern the bytes themselves, so unreadable parts are omitted. */
function readReplaced(value: unknown): { readonly replaced?: Replaced } {
  if (typeof value !== 'object' || value === null) return {};
  const { sha256: before, at }: { sha256?: unknown; at?: unknown } = value;
  const sha256 = parseSha256(before);
  if (sha256 === undefined) return {};
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return { replaced: { sha256, ...(!Number.isNaN(time) && { at: time }) } };
}
