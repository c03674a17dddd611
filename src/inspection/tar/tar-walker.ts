import { counted } from '../../domain/plural.js';
import type { ContentSink } from '../archive/content.js';
import { InspectionProblem } from '../finding-list.js';
import { BLOCK, readTarHeader, type TarHeader } from './header.js';
import { type PaxRecords, readPax } from './pax.js';

/** A member with its extensions applied. */
export interface TarMember {
  readonly path: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'hardlink';
  readonly size: number;
  /** The target as written; links only. */
  readonly link: string;
  readonly offset: number;
}

/** Receives each member in order; the returned sink receives the member's content. */
export interface TarVisitor {
  member(member: TarMember): ContentSink | undefined;
  /** The member's content is complete. */
  end(): void;
}

/** Long names and pax headers are never larger than this. */
const MAX_EXTENSION = 1024 * 1024;
/** From here on the octal size field is too small, and only a pax header may contain the size. */
const OCTAL_LIMIT = 8 ** 11;
/** `0` and `7` are files; links, folders and GNU's long names have their own meaning. */
const TYPES: Readonly<Record<string, TarMember['type']>> = {
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'folder',
};

/**
 * Walks a tar stream that is pushed into it, and accepts only streams with one interpretation: it throws at the first
 * byte where readers could differ.
 */
export class TarWalker {
  readonly #visitor: TarVisitor;
  #block = Buffer.alloc(BLOCK);
  #filled = 0;
  #offset = 0;
  #ended = false;
  /** Remaining bytes of the current content, and of its padding. */
  #content = 0;
  #padding = 0;
  #sink: ContentSink | undefined;
  #extension:
    | { readonly type: string; readonly chunks: Buffer[]; readonly offset: number }
    | undefined;
  #longName: Buffer | undefined;
  #longLink: Buffer | undefined;
  #pax: PaxRecords | undefined;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** @throws {InspectionProblem} */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const start = at;
      if (this.#content > 0) {
        at = Math.min(chunk.length, at + this.#content);
        this.#takeContent(chunk.subarray(start, at));
      } else if (this.#padding > 0) {
        at = Math.min(chunk.length, at + this.#padding);
        this.#padding -= at - start;
      } else {
        at = Math.min(chunk.length, at + BLOCK - this.#filled);
        chunk.copy(this.#block, this.#filled, start, at);
        this.#filled += at - start;
        if (this.#filled === BLOCK) this.#takeBlock();
      }
      this.#offset += at - start;
    }
  }

  /** The end of the stream. @throws {InspectionProblem} if a member is incomplete */
  finish(): void {
    if (this.#content > 0 || this.#padding > 0 || (this.#filled > 0 && !this.#ended))
      throw new InspectionProblem('tar-truncated', 'the archive ends in the middle of a member', {
        offset: this.#offset,
      });
    if (this.#ended && this.#block.subarray(0, this.#filled).some((byte) => byte !== 0))
      throw trailing(this.#offset);
    this.#mustBeWhole();
  }

  #takeContent(piece: Buffer): void {
    this.#extension?.chunks.push(Buffer.from(piece));
    this.#sink?.write(piece);
    this.#content -= piece.length;
    if (this.#content === 0) this.#endContent();
  }

  #takeBlock(): void {
    this.#filled = 0;
    const offset = this.#offset;
    const isZero = this.#block.every((byte) => byte === 0);
    if (this.#ended && !isZero) throw trailing(offset);
    if (isZero) {
      // One block of zeros is the end for some readers, two for others: past the first all must be zero.
      this.#ended = true;
      this.#mustBeWhole();
      return;
    }
    const header = readTarHeader(Buffer.from(this.#block), offset);
    if ('xgLK'.includes(header.type)) this.#beginExtension(header);
    else this.#beginMember(header);
    this.#padding = (BLOCK - (this.#content % BLOCK)) % BLOCK;
    if (this.#content === 0) this.#endContent();
  }

  #beginExtension(header: TarHeader): void {
    if (header.size > MAX_EXTENSION)
      throw new InspectionProblem('inspection-limit-held', `a long name has ${header.size} bytes`, {
        offset: header.offset,
      });
    this.#extension = { type: header.type, chunks: [], offset: header.offset };
    this.#content = header.size;
  }

  #beginMember(header: TarHeader): void {
    const member = this.#describe(header);
    this.#longName = this.#longLink = this.#pax = undefined;
    this.#content = member.size;
    this.#sink = this.#visitor.member(member);
  }

  #endContent(): void {
    if (this.#extension === undefined) {
      this.#sink = undefined;
      this.#visitor.end();
      return;
    }
    const { type, chunks, offset } = this.#extension;
    this.#extension = undefined;
    const content = Buffer.concat(chunks);
    if (type === 'g') this.#takeGlobal(readPax(content, offset), offset);
    else if (type === 'x') this.#pax = once(this.#pax, readPax(content, offset), offset);
    else if (type === 'L') this.#longName = once(this.#longName, longName(content, offset), offset);
    else this.#longLink = once(this.#longLink, longName(content, offset), offset);
  }

  /** Some readers apply a global header to all members, some only together with a local one. */
  #takeGlobal(pax: PaxRecords, offset: number): void {
    if (pax.path !== undefined || pax.linkPath !== undefined || pax.size !== undefined)
      throw new InspectionProblem(
        'tar-pax-global',
        'a global pax header renames or resizes members',
        {
          offset,
        },
      );
  }

  #describe(header: TarHeader): TarMember {
    const { offset } = header;
    const kind = TYPES[header.type];
    const path = decode(this.#oneOf(this.#longName, this.#pax?.path, header.rawName, offset));
    if (kind === undefined)
      throw new InspectionProblem(
        header.type === 'S' ? 'tar-sparse' : 'tar-special-file',
        `${path} is of type ${header.type}`,
        { member: path, offset },
      );
    const type = kind === 'file' && this.#isFolder(header, path) ? 'folder' : kind;
    const size = this.#sizeOf(header, path);
    if (type !== 'file' && size > 0)
      throw new InspectionProblem(
        'tar-size-unexpected',
        `${path} is a ${type} of ${counted(size, 'byte')}`,
        {
          member: path,
          offset,
        },
      );
    const link = decode(this.#oneOf(this.#longLink, this.#pax?.linkPath, header.rawLink, offset));
    return { path, type, size, link, offset };
  }

  /**
   * Before POSIX, a folder was a file whose name ends in a slash, and readers still support that. But some check the
   * header's own name, which a long name may replace, and then skip no content (CVE-2025-13462); some also check the
   * type.
   */
  #isFolder({ isOldFolder, offset }: TarHeader, path: string): boolean {
    const isRenamed = this.#longName !== undefined || this.#pax?.path !== undefined;
    const named = path.endsWith('/');
    if (named === isOldFolder && !(named && isRenamed)) return named;
    throw new InspectionProblem(
      'tar-name-ambiguous',
      `${path} is a file for some readers and a folder for others`,
      { member: path, offset },
    );
  }

  #oneOf(gnu: Buffer | undefined, pax: Buffer | undefined, plain: Buffer, offset: number): Buffer {
    if (gnu !== undefined && pax !== undefined && !gnu.equals(pax))
      throw new InspectionProblem('tar-name-ambiguous', 'a member has two long names', { offset });
    return pax ?? gnu ?? plain;
  }

  #sizeOf(header: TarHeader, path: string): number {
    const size = this.#pax?.size ?? header.size;
    if (size === header.size || (size >= OCTAL_LIMIT && header.size === 0)) return size;
    throw new InspectionProblem(
      'tar-size-disagrees',
      `${path} has ${counted(header.size, 'byte')} in its header, but ${size} in pax`,
      { member: path, offset: header.offset },
    );
  }

  #mustBeWhole(): void {
    if (this.#pax ?? this.#longName ?? this.#longLink)
      throw new InspectionProblem('tar-extension-dangling', 'a long name without a member', {
        offset: this.#offset,
      });
  }
}

function once<T>(earlier: T | undefined, value: T, offset: number): T {
  if (earlier === undefined) return value;
  throw new InspectionProblem('tar-name-ambiguous', 'a member has two headers of the same kind', {
    offset,
  });
}

/** GNU ends a long name with one NUL; only some readers use the bytes after it. */
function longName(content: Buffer, offset: number): Buffer {
  const end = content.indexOf(0);
  if (end === -1) return content;
  if (content.subarray(end).some((byte) => byte !== 0))
    throw new InspectionProblem(
      'tar-name-ambiguous',
      'a long name continues after its terminator',
      {
        offset,
      },
    );
  return content.subarray(0, end);
}

/** UTF-8, with each invalid byte as a lone surrogate, as Python does: distinct names stay distinct. */
function decode(raw: Buffer): string {
  const text = raw.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  return Array.from(raw, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join(
    '',
  );
}

function trailing(offset: number): InspectionProblem {
  return new InspectionProblem('tar-trailing', `data follows the archive's end at byte ${offset}`, {
    offset,
  });
}
