/**
 * What is read is not of its form. A class of its own: the engine has errors like it for what is a fault of ours, such as
 * a lack of memory.
 */
export class Malformed extends RangeError {}
