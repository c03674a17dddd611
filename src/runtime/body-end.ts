type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Values without an effect on the bytes of a body; `identity` is from an older HTTP (RFC 2616). */
const PLAIN = new Set(['', 'chunked', 'identity']);

/**
 * The transfer codings of a response that were not requested: all except chunks (RFC 9112, 7). The HTTP parser does not decode
 * them, so the body is not the requested one.
 * @returns undefined if there are none
 */
export function foreignCoding(headers: Headers): string | undefined {
  const codings = codingsOf(headers);
  return PLAIN.has(codings) ? undefined : codings.slice(0, 100);
}

/** Whether only the end of the connection ends a body (RFC 9112, 6.3): if it is cut off, it looks complete. */
export function endsUnmarked(headers: Headers): boolean {
  return headers['content-length'] === undefined && codingsOf(headers) !== 'chunked';
}

function codingsOf(headers: Headers): string {
  return [headers['transfer-encoding'] ?? []].flat().join(', ').trim().toLowerCase();
}
