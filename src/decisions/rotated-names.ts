import { join, parse } from 'node:path';

/** A name that the log itself has given to a file that it put aside. */
export interface RotatedName {
  /** Of the rotated file. */
  readonly plain: string;
  /** The added suffix: `.gz` for a compressed file, `.idx` for its index, `.part` while either is written. */
  readonly ending: string;
  readonly time: string;
  /** Distinguishes files that were rotated at the same time. */
  readonly number: number;
}

const FORM = /^-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)-(\d{4,})/;
const ENDING = /^(?:\.gz)?(?:\.idx)?(?:\.part)?$/;

/**
 * Parses the log's own names, exactly. Other names, from a log rotator or a user, are not the log's.
 * @param base the name of the current file
 */
export function rotatedName(base: string, name: string): RotatedName | undefined {
  const { name: stem, ext } = parse(base);
  if (!name.startsWith(stem)) return undefined;
  const [stamp, time = '', number = ''] = FORM.exec(name.slice(stem.length)) ?? [];
  if (stamp === undefined) return undefined;
  const plain = `${stem}${stamp}${ext}`;
  const ending = name.slice(plain.length);
  if (!name.startsWith(plain) || !ENDING.test(ending)) return undefined;
  return { plain, ending, time, number: Number(number) };
}

/** In the order of their writing. */
export function byWriting(a: RotatedName, b: RotatedName): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return a.number - b.number;
}

/**
 * The name for the next rotated file. The names determine the order: after the clock was set back, the newest file
 * would have the oldest name and be deleted first, so it then gets the time of the previous one, and the next number.
 * @param file the log's own, @param now milliseconds since 1970, @param before the last rotated one
 */
export function nextName(file: string, now: number, before: RotatedName | undefined): string {
  const { dir, name, ext } = parse(file);
  const clock = new Date(now).toISOString().replaceAll(':', '-');
  const isLater = before === undefined || clock > before.time;
  const time = isLater ? clock : before.time;
  const number = isLater ? 0 : before.number + 1;
  return join(dir, `${name}-${time}-${String(number).padStart(4, '0')}${ext}`);
}
