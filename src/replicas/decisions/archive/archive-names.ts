/** Where all of it lies, below the bucket's prefix. */
export const FOLDER = 'decisions/';
const STATES = `${FOLDER}state/`;
const INDEX = '.idx';

/** A file of a replica's log that was put aside, as it lies in the archive. */
export interface ArchivedName {
  readonly replica: string;
  /** When it was put aside, and a number: by them its own log knows it. */
  readonly stamp: string;
  /** When it was put aside, in milliseconds since 1970: nothing in it was decided later. */
  readonly aside: number;
  /** Below the bucket's prefix. */
  readonly key: string;
}

const FORM = /^(\d{4}\/\d\d\/\d\d)\/\d\d-([\w.-]{1,63})-(\d{8}T\d{9}Z\d{4,8})\.jsonl\.gz$/;
const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z\d+$/;

/** @param time and @param number as in the name that the log has given it */
export function archivedName(replica: string, time: string, number: number): ArchivedName {
  const stamp = `${time.replace(/[-.:]/g, '')}${String(number).padStart(4, '0')}`;
  const [, year, month, day, hour] = STAMP.exec(stamp) ?? [];
  const key = `${FOLDER}${year}/${month}/${day}/${hour}-${replica}-${stamp}.jsonl.gz`;
  return { replica, stamp, aside: asideOf(stamp), key };
}

/** Reads the key of a file, or of its index. @returns undefined where it is none */
export function readArchivedKey(key: string): ArchivedName | undefined {
  const file = key.endsWith(INDEX) ? key.slice(0, -INDEX.length) : key;
  const [, , replica, stamp] = FORM.exec(file.slice(FOLDER.length)) ?? [];
  if (!file.startsWith(FOLDER) || replica === undefined || stamp === undefined) return undefined;
  const aside = asideOf(stamp);
  return Number.isNaN(aside) ? undefined : { replica, stamp, aside, key: file };
}

/** The index comes behind its file: who finds it finds both. */
export function indexKeyOf({ key }: ArchivedName): string {
  return key + INDEX;
}

export function isIndexKey(key: string): boolean {
  return key.endsWith(INDEX);
}

/** What a replica says of all that it has put there. */
export function stateKeyOf(replica: string): string {
  return `${STATES}${replica}.json`;
}

export const STATE_FOLDER = STATES;

const DAY = /^decisions\/(\d{4})\/(\d\d)\/(\d\d)\/$/;

/** Whether it is the folder of a day. */
export function isDay(folder: string): boolean {
  return DAY.test(folder);
}

/** When a day begins, in milliseconds since 1970. @param folder of it */
export function beginningOf(folder: string): number {
  const [, year, month, day] = DAY.exec(folder) ?? [];
  return Date.parse(`${year}-${month}-${day}T00:00:00.000Z`);
}

/** Milliseconds since 1970; NaN where it is no time. */
function asideOf(stamp: string): number {
  const [, year, month, day, hour, minute, second, millis] = STAMP.exec(stamp) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`);
}
