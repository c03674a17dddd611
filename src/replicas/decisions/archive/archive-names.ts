/** The folder of the archive, below the bucket's prefix. */
export const FOLDER = 'decisions/';
const STATES = `${FOLDER}state/`;
const INDEX = '.idx';

/** A rotated file of a replica's log in the archive. */
export interface ArchivedName {
  readonly replica: string;
  /** The rotation time and a number, which identify it in its own log. */
  readonly stamp: string;
  /** The rotation time in milliseconds since 1970: all its decisions are older. */
  readonly aside: number;
  /** Relative to the bucket's prefix. */
  readonly key: string;
}

const FORM = /^(\d{4}\/\d\d\/\d\d)\/\d\d-([\w.-]{1,63})-(\d{8}T\d{9}Z\d{4,8})\.jsonl\.gz$/;
const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z\d+$/;

/** @param time and @param number as in the filename of the log */
export function archivedName(replica: string, time: string, number: number): ArchivedName {
  const stamp = `${time.replace(/[-.:]/g, '')}${String(number).padStart(4, '0')}`;
  const [, year, month, day, hour] = STAMP.exec(stamp) ?? [];
  const key = `${FOLDER}${year}/${month}/${day}/${hour}-${replica}-${stamp}.jsonl.gz`;
  return { replica, stamp, aside: asideOf(stamp), key };
}

/** Parses the key of a file or its index. @returns undefined for any other key */
export function readArchivedKey(key: string): ArchivedName | undefined {
  const file = key.endsWith(INDEX) ? key.slice(0, -INDEX.length) : key;
  const [, , replica, stamp] = FORM.exec(file.slice(FOLDER.length)) ?? [];
  if (!file.startsWith(FOLDER) || replica === undefined || stamp === undefined) return undefined;
  const aside = asideOf(stamp);
  return Number.isNaN(aside) ? undefined : { replica, stamp, aside, key: file };
}

/** The index is uploaded after its file, so it proves that both exist. */
export function indexKeyOf({ key }: ArchivedName): string {
  return key + INDEX;
}

export function isIndexKey(key: string): boolean {
  return key.endsWith(INDEX);
}

/** The key of a replica's statement about all its uploads. */
export function stateKeyOf(replica: string): string {
  return `${STATES}${replica}.json`;
}

export const STATE_FOLDER = STATES;

const DAY = /^decisions\/(\d{4})\/(\d\d)\/(\d\d)\/$/;

/** Whether it is the folder of a day. */
export function isDay(folder: string): boolean {
  return DAY.test(folder);
}

/** The start of a day, in milliseconds since 1970. @param folder the folder of the day */
export function beginningOf(folder: string): number {
  const [, year, month, day] = DAY.exec(folder) ?? [];
  return Date.parse(`${year}-${month}-${day}T00:00:00.000Z`);
}

/** Milliseconds since 1970; NaN if it is no time. */
function asideOf(stamp: string): number {
  const [, year, month, day, hour, minute, second, millis] = STAMP.exec(stamp) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`);
}
