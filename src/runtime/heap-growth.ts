import { setFlagsFromString } from 'node:v8';

/** The growth of the heap before a full garbage collection, in percent of its size. */
const PERCENT = 150;

/**
 * Lets the heap of a serving process grow more between two full garbage collections.
 * V8 derives these steps from the allocation rate of JavaScript objects, which is low here, and counts the buffers of
 * incoming artifacts as growth: by default, it collects the whole heap for every 17 MB that arrive, which took a third
 * of the CPU time of a cold artifact. Small collections also free those buffers, and V8 makes one for every 32 MB of
 * them: the heap of about 25 MB needs room for that much. A V8 without the flag reports it on stderr, and continues.
 */
export function letTheHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${PERCENT}`);
}
