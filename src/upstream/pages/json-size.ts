/*
 * What parsed JSON takes on the heap, in bytes, as measured: its text says little, for a list of empty objects takes
 * twenty times as much.
 */
/** A text, beside its characters. */
export const TEXT = 24;
/** A member of an object, with the shape that it gives the object. */
export const MEMBER = 72;
const ELEMENT = 24;
const CONTAINER = 56;

/** Deeper than anything that an index says; what goes through it step by step must not run out of stack. */
const MAX_DEPTH = 64;

/** @throws {RangeError} where it is nested absurdly deep */
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
