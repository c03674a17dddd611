/**
 * The input does not have its declared format. A separate class, because the engine throws similar errors for local
 * faults, such as a lack of memory.
 */
export class Malformed extends RangeError {}
