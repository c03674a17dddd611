import { join, parse } from 'node:path';

/** A name that the log itself has given to a file that it put aside. */
export interface RotatedName {
  /** Of the file as it was put aside. */
  readonly plain: string;
  /** What was added later: `.gz` where it is compressed, `.idx` for an index of it, `.part` while either is written. */
  readonly ending: string;
  readonly time: string;
  /** Tells apart what was put aside at one time. */
  readonly number: number;
}

const FORM = /^-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)-(\d{4,})/;
const ENDING = /^(?:\.gz)?(?:\.idx)?(?:\.part)?$/;

/**
 * Reads a name as the log gives them, exactly. What a log rotator or a hand has named otherwise is not the log's.
 * @param base the name of the log's own file
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
 * The name for the next file that is put aside. The names tell the order: a clock that was set back would give the
 * newest file the oldest name, and it would be the first to go, so it takes the time of the one before it then, and the
 * next number.
 * @param file the log's own, @param now milliseconds since 1970, @param before the last that was put aside
 */
export function nextName(file: string, now: number, before: RotatedName | undefined): string {
  const { dir, name, ext } = parse(file);
  const clock = new Date(now).toISOString().replaceAll(':', '-');
  const isLater = before === undefined || clock > before.time;
  const time = isLater ? clock : before.time;
  const number = isLater ? 0 : before.number + 1;
  return join(dir, `${name}-${time}-${String(number).padStart(4, '0')}${ext}`);
}
