const DAY = 86_400_000;

/**
 * An expiry as people write it: the last day if it is valid to the end of that, or else the instant.
 * @param expires the first instant after its validity, in milliseconds since 1970 or in ISO 8601
 * @returns `2026-11-01`, or `2026-11-01T18:00:00.000Z`
 */
export function expiryText(expires: number | string): string {
  const instant = new Date(expires);
  const lasts = instant.getTime() % DAY === 0;
  return lasts
    ? new Date(instant.getTime() - DAY).toISOString().slice(0, 10)
    : instant.toISOString();
}
