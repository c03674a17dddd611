import type { PageSource } from './page-draft.js';

/** Byte order marks with their encodings. */
const MARKS = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
] as const;

/** A page's text: in the encoding of its byte order mark, or else its content type, or else UTF-8. */
export function pageText({ body, contentType }: Omit<PageSource, 'url'>): string {
  const [, marked] = MARKS.find(([mark]) => mark.every((byte, at) => body[at] === byte)) ?? [];
  const named = /;\s*charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType)?.[1];
  const encoding = marked ?? named?.toLowerCase() ?? 'utf-8';
  // Much faster than a decoder, and sufficient for nearly all pages.
  if (marked === undefined && (encoding === 'utf-8' || encoding === 'utf8'))
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return decoderOf(encoding).decode(body);
}

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding);
  } catch {
    // An unknown encoding is most probably UTF-8.
    return new TextDecoder('utf-8');
  }
}
