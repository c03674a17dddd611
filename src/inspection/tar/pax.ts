import { InspectionProblem } from '../finding-list.js';

/** A pax header's data for the following member. */
export interface PaxRecords {
  readonly path: Buffer | undefined;
  readonly linkPath: Buffer | undefined;
  readonly size: number | undefined;
}

/**
 * Reads a pax extended header: only records `length key=value\n` (POSIX.1-2017 pax, "Extended Header"). Only keys that
 * rename, resize or make sparse matter here.
 * @throws {InspectionProblem}
 */
export function readPax(content: Buffer, offset: number): PaxRecords {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const digits = content.toString('latin1', at, Math.max(space, at));
    const end = /^[1-9]\d{0,8}$/.test(digits) ? at + Number(digits) : Number.NaN;
    const equals = content.indexOf(0x3d, space);
    if (!(end <= content.length) || equals === -1 || equals >= end || content[end - 1] !== 0x0a)
      throw malformed('malformed record', offset);
    const key = content.toString('utf8', space + 1, equals);
    const value = content.subarray(equals + 1, end - 1);
    if (found.get(key)?.equals(value) === false && RELEVANT.has(key))
      throw malformed(`duplicate ${key}`, offset);
    found.set(key, value);
    at = end;
  }
  for (const key of found.keys()) {
    if (key.startsWith('GNU.sparse.') || key.startsWith('SCHILY.realsize'))
      throw new InspectionProblem('tar-sparse', 'a pax header makes a file sparse', { offset });
    if (key === 'hdrcharset' && found.get(key)!.toString() !== 'ISO-IR 10646 2000 UTF-8')
      throw malformed('it changes the character set', offset);
  }
  return { path: found.get('path'), linkPath: found.get('linkpath'), size: sizeOf(found, offset) };
}

const RELEVANT = new Set(['path', 'linkpath', 'size', 'hdrcharset']);

function sizeOf(found: ReadonlyMap<string, Buffer>, offset: number): number | undefined {
  const text = found.get('size')?.toString('latin1');
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw malformed('its size is not a number', offset);
  return Number(text);
}

function malformed(why: string, offset: number): InspectionProblem {
  return new InspectionProblem(
    'tar-pax-malformed',
    `the pax header at byte ${offset} is invalid: ${why}`,
    {
      offset,
    },
  );
}
