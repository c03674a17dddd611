import type { ArchiveFormat } from '../../domain/distribution-filename.js';
import type { ByteSource } from '../byte-source.js';
import type { FindingList } from '../finding-list.js';

const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');
const END_RECORD_SIZE = 22;
/** A comment has at most 65,535 bytes; `zipfile` looks one byte further. */
const ZIP_TAIL = END_RECORD_SIZE + 65_536;

const TAR_BLOCK = 512;

/** The first bytes of a tar that `tarfile.open` treats as compressed: gzip, bzip2, xz, zstandard, compress. */
const COMPRESSED = ['1f8b', '425a68', 'fd377a585a00', '28b52ffd', '1f9d'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/**
 * Refuses a file that is an archive of two formats. Installers use the name, the content type, or `zipfile.is_zipfile`
 * and `tarfile.is_tarfile` (pip to 25, pdm), so each could unpack another archive.
 */
export function checkOneFormat(
  source: ByteSource,
  format: ArchiveFormat,
  findings: FindingList,
): void {
  const other =
    format === 'zip' ? tarInZip(source) : (zipInTar(source) ?? packedTar(source, format));
  if (other !== undefined)
    findings.add('archive-two-formats', `the file is both a ${format} and ${other.what}`, {
      offset: other.at,
    });
}

interface Other {
  readonly what: string;
  readonly at: number;
}

/** Searches as `zipfile.is_zipfile` does: an end record near the end of the file, with any content. */
function zipInTar(source: ByteSource): Other | undefined {
  const start = Math.max(0, source.size - ZIP_TAIL);
  const at = source.read(start, source.size - start).indexOf(END_RECORD);
  if (at === -1 || start + at + END_RECORD_SIZE > source.size) return undefined;
  return { what: 'a zip', at: start + at };
}

/** `tarfile` only requires a correct checksum in the first block. */
function tarInZip(source: ByteSource): Other | undefined {
  if (source.size < TAR_BLOCK) return undefined;
  const block = source.read(0, TAR_BLOCK);
  const [, digits] =
    /^\s*\+?(?:0o)?([0-7_]+)\s*(?:\0|$)/i.exec(block.toString('latin1', 148, 156)) ?? [];
  if (digits === undefined) return undefined;
  const declared = Number.parseInt(digits.replaceAll('_', ''), 8);
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (const [index, byte] of block.entries()) {
    if (index >= 148 && index < 156) continue;
    unsigned += byte;
    signed += byte > 0x7f ? byte - 0x100 : byte;
  }
  return declared === unsigned || declared === signed ? { what: 'a tar', at: 0 } : undefined;
}

/** A plain tar is detected by its first bytes, which a member's name can imitate. */
function packedTar(source: ByteSource, format: ArchiveFormat): Other | undefined {
  if (format !== 'tar' || source.size < TAR_BLOCK) return undefined;
  const name = source.read(0, 100);
  const nul = name.indexOf(0);
  // The oldest of xz' forms has no magic; but it has zeros, and more behind them.
  const hasMore = nul !== -1 && name.subarray(nul).some((byte) => byte !== 0);
  const isPacked =
    hasMore || COMPRESSED.some((magic) => name.subarray(0, magic.length).equals(magic));
  return isPacked ? { what: 'a compressed one', at: 0 } : undefined;
}
