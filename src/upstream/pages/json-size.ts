/*
 * The heap size of parsed JSON in bytes, as measured: its text length is no estimate, because a list of empty objects
 * takes twenty times as much.
 */
/** A string, in addition to its characters. */
export const TEXT = 24;
/** A member of an object, including its part of the object's shape. */
export const MEMBER = 72;
const ELEMENT = 24;
const CONTAINER = 56;

/** Deeper than the data of any index; limits recursion. */
const MAX_DEPTH = 64;

/** @throws {RangeError} if it is nested too deep */
export function bytesOfJson(json: unknown, depth = 0): number {
  if (typeof json === 'string') return TEXT + 2 * json.length;
  if (typeof json !== 'object' || json === null) return 0;
  if (depth === MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH}`);
  let bytes = CONTAINER;
  if (Array.isArray(json))
    for (const element of json) bytes += ELEMENT + bytesOfJson(element, depth + 1);
  else
    for (const [key, value] of Object.entries(json))
      bytes += MEMBER + key.length + bytesOfJson(value, depth + 1);
  return bytes;
}
