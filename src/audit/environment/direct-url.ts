import { parseSha256, type Sha256 } from '../../domain/digest.js';

/** The origin of a distribution that is not from an index (PEP 610). */
export interface DirectUrl {
  readonly url: string;
  readonly editable: boolean;
  /** The digest, if the origin is an archive. */
  readonly sha256: Sha256 | undefined;
}

/** Reads `direct_url.json`; undefined if it is missing or invalid. */
export function readDirectUrl(content: Buffer | undefined): DirectUrl | undefined {
  if (content === undefined) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
  const { url, dir_info, archive_info } = (document ?? {}) as {
    url?: unknown;
    dir_info?: { editable?: unknown } | null;
    archive_info?: { hash?: unknown; hashes?: { sha256?: unknown } | null } | null;
  };
  if (typeof url !== 'string') return undefined;
  const old = typeof archive_info?.hash === 'string' ? archive_info.hash : '';
  return {
    url,
    editable: dir_info?.editable === true,
    sha256: parseSha256(archive_info?.hashes?.sha256 ?? old.replace(/^sha256=/, '')),
  };
}
