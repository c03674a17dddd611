import type { Excerpt } from '../domain/finding.js';
import { plural } from '../domain/plural.js';
import { type Html, html } from './html.js';
import { block, shown } from './parts.js';

/** A run of this many blanks is replaced by its length, so code cannot be pushed out of sight. */
const BLANKS = /([ \t]{13,})/;
const HEX_ROW = 16;

/** An excerpt: as text, with all invisible characters made visible, and as hexadecimal digits if they are wanted. */
export function evidence(
  { base64, offset, line, lineLength, truncated, tail = '' }: Excerpt,
  member: string | undefined,
  { hex }: { readonly hex: boolean },
): Html {
  const head = Buffer.from(base64, 'base64');
  const end = Buffer.from(tail, 'base64');
  const place = `${member ?? 'The file'}, line ${counted(line)}, ${counted(lineLength)} ${plural(lineLength, 'byte')}, at byte ${counted(offset)}`;
  const missing = lineLength - head.length - end.length;
  const gap =
    truncated && missing > 0
      ? html`<span class="soft"> … ${counted(missing)} more ${plural(missing, 'byte')} … </span>`
      : '';
  const all = Buffer.concat([head, end]);
  return html`<p class="place">${place}.</p>
${block(`Evidence: ${place}`, html`${textOf(head)}${gap}${textOf(end)}`, { copied: all.toString('base64'), copy: 'Copy as base64', wrap: true })}
${hex && digits(head, end, place, offset, lineLength)}`;
}

function digits(
  head: Buffer,
  end: Buffer,
  place: string,
  offset: number,
  lineLength: number,
): Html {
  return html`<details><summary>As hexadecimal digits</summary>
${block(`Hexadecimal: ${place}`, hexOf(head, offset))}
${end.length > 0 && block(`Hexadecimal: the end of the line`, hexOf(end, offset + lineLength - end.length))}
</details>`;
}

/** As UTF-8; invalid bytes are escaped. Long runs of blanks are replaced by their number. */
function textOf(bytes: Buffer): Html {
  return html`${utf8(bytes)
    .split(BLANKS)
    .map((piece) =>
      BLANKS.test(piece)
        ? html`<span class="soft">[${counted(piece.length)} blanks]</span>`
        : piece.split(/([\udc80-\udcff]+)/).map(bytesOrText),
    )}`;
}

function bytesOrText(piece: string): Html {
  if (!/^[\udc80-\udcff]/.test(piece)) return shown(piece);
  const escapes = [...piece].map((unit) => `\\x${(unit.charCodeAt(0) & 0xff).toString(16)}`);
  return html`<mark>${escapes.join('')}</mark>`;
}

/** Invalid UTF-8 bytes become lone surrogates from U+DC80 on, as in Python's `surrogateescape`. */
function utf8(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOf(bytes[at]!);
    const character = bytes.toString('utf8', at, at + length);
    const isSound = Buffer.byteLength(character) === length && !character.includes('\ufffd');
    text += isSound ? character : String.fromCharCode(0xdc00 + bytes[at]!);
    at += isSound ? length : 1;
  }
  return text;
}

/** The length of a UTF-8 character in bytes, by its first byte. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The format of `hexdump -C`. @param offset of the first byte */
function hexOf(bytes: Buffer, offset: number): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += HEX_ROW) {
    const row = bytes.subarray(at, at + HEX_ROW);
    const digits = [...row].map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = [digits.slice(0, 8), digits.slice(8)].map((half) => half.join(' ').padEnd(23));
    const letters = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    rows.push(`${(offset + at).toString(16).padStart(8, '0')}  ${halves.join('  ')}  ${letters}`);
  }
  return rows.join('\n');
}

/** 245,117. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}
