/** Whether an `If-None-Match` header names this ETag (weak comparison, RFC 9110 13.1.2). */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header.trim() === '*') return true;
  return header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag);
}

/** Whether `If-Range` lets a range be served: absent, or exactly this strong ETag (13.1.5). A date never does. */
export function rangeStillHolds(ifRange: string | undefined, etag: string | undefined): boolean {
  return ifRange === undefined || ifRange.trim() === etag;
}
