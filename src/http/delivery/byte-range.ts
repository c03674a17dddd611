import type { ByteRange } from '../../artifacts/delivery-gate.js';

/**
 * A `Range` header before the size is known: a window from the start, or the last bytes. `undefined` means that the
 * header is ignored (RFC 9110, 14.2): absent, another unit, several ranges.
 */
export type RangeRequest =
  | { readonly kind: 'from'; readonly first: number; readonly last: number | undefined }
  | { readonly kind: 'suffix'; readonly length: number };

export function parseRange(header: string | undefined): RangeRequest | undefined {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '');
  if (match === null) return undefined;
  const [first, last] = [match[1]!, match[2]!];
  if (first === '') return last === '' ? undefined : { kind: 'suffix', length: Number(last) };
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return { kind: 'from', first: Number(first), last: last === '' ? undefined : Number(last) };
}

/** The window in a file of `size` bytes; undefined if it cannot be satisfied (416). */
export function resolveRange(request: RangeRequest, size: number): ByteRange | undefined {
  if (request.kind === 'suffix') {
    if (request.length === 0 || size === 0) return undefined;
    return { start: Math.max(0, size - request.length), end: size };
  }
  if (request.first >= size) return undefined;
  return { start: request.first, end: Math.min(size, (request.last ?? size - 1) + 1) };
}
