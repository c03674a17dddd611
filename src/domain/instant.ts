/** For messages: completes "must be …". */
export const AN_INSTANT = 'a date such as 2026-12-01, or a time such as 2026-12-01T18:00Z';

const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Reads an instant in ISO 8601, in milliseconds since 1970; undefined if it is none. A date alone is the start of that
 * day in UTC. A time requires an offset, because the reader's time zone is not the writer's.
 */
export function parseInstant(text: string): number | undefined {
  if (!DAY.test(text) && !INSTANT.test(text)) return undefined;
  const start = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  // Some engines take 30 February for 2 March.
  if (!new Date(start || 0).toISOString().startsWith(text.slice(0, 10))) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

/** The start of a day in UTC, such as `2026-12-01`, in milliseconds since 1970; undefined if the text is no day. */
export function parseDay(text: string): number | undefined {
  return DAY.test(text) ? parseInstant(text) : undefined;
}

/** An instant in milliseconds since 1970 as ISO 8601 in UTC. */
export function isoTime(time: number): string;
export function isoTime(time: number | undefined): string | undefined;
export function isoTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

/** Reads what `isoTime` wrote; undefined for anything else. */
export function readIsoTime(text: unknown): number | undefined {
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
