import { z } from 'zod';
import { parseProjectGlob } from '../domain/project-glob.js';
import { expected } from './validate.js';

const MILLISECONDS = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3 } as const;
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

export type DurationUnit = keyof typeof MILLISECONDS;

/** A hundred years: every resulting time can still be written as a date. */
const CENTURY = '36500d';

/**
 * A duration written with one of the units (`90d`), in milliseconds.
 * @param most the longest that makes sense, written likewise
 */
export function duration(
  units: readonly DurationUnit[],
  example: string,
  most: `${number}${DurationUnit}` = CENTURY,
) {
  const pattern = new RegExp(`^(\\d{1,9}(?:\\.\\d{1,3})?)(${units.join('|')})$`);
  const longest = milliseconds(most);
  return z
    .string({ error: () => expected(`a duration such as ${example}`) })
    .regex(pattern, {
      error: () =>
        expected(`a duration such as ${example} (a number and one of ${units.join(', ')})`),
    })
    .refine((text) => !pattern.test(text) || milliseconds(text) <= longest, {
      error: () => expected(`a duration of at most ${most}`),
    })
    .transform(milliseconds);
}

function milliseconds(text: string): number {
  const [, number, unit] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
  return Math.round(Number(number) * MILLISECONDS[unit as DurationUnit]);
}

/** A size in bytes: a whole number, or text with a unit (`32MiB`, `10GB`). */
export function byteSize() {
  const error = () => expected('a size such as 32MiB, 10GB or a number of bytes');
  const text = z.string().regex(/^\d{1,15}(?:\.\d{1,3})?\s?(?:[KMGTkmgt][iI]?)?[bB]?$/, { error });
  return z.union([z.int().min(0), text], { error }).transform((size) => {
    if (typeof size === 'number') return size;
    const [, number = '0', unit = ''] = /^([\d.]+)\s?(.*)$/.exec(size)!;
    const name = unit.toUpperCase().replace(/B?$/, 'B');
    return Math.round(Number(number) * BYTES[name]!);
  });
}

/** A project's name or a pattern of names, in its normal form. */
export function projectGlob() {
  return z.string().transform((text, context) => {
    const glob = parseProjectGlob(text);
    if (glob !== undefined) return glob;
    context.addIssue(expected('a project name, with * for any run of characters'));
    return z.NEVER;
  });
}
