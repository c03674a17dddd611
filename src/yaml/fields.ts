import { z } from 'zod';

/** Milliseconds in the units of durations. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A duration in milliseconds, or undefined: `500ms`, `5s`, `10m`, `12h`, `3d`, `2w`. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d|w)$/.exec(text.trim());
  return match === null ? undefined : Math.round(Number(match[1]) * UNITS[match[2]!]!);
}

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A number of bytes, or undefined: `32MiB`, `10GB`, `4096`. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]?i?b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const factor = SIZES[(match[2] ?? 'b').toLowerCase()];
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** A duration as text, in milliseconds. */
export const duration = z.string().transform((text, context) => {
  const value = parseDuration(text);
  if (value !== undefined) return value;
  context.addIssue(`expected a duration such as 30s, 12h, 3d or 2w, found ${JSON.stringify(text)}`);
  return z.NEVER;
});

/** A size as text or number, in bytes. */
export const size = z.union([z.string(), z.number()]).transform((input, context) => {
  const value = parseSize(String(input));
  if (value !== undefined) return value;
  context.addIssue(`expected a size such as 32MiB or 10GB, found ${JSON.stringify(input)}`);
  return z.NEVER;
});

/** Text that a function reads, or says by a RangeError why it cannot. */
export function parsedBy<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  });
}
