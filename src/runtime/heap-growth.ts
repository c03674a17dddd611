import { setFlagsFromString } from 'node:v8';

/** How far the heap may grow before V8 looks through the whole of it, in percent of what it held. */
const PERCENT = 150;

/**
 * Lets the heap of a process that hands on packages grow further between two collections of all of it.
 *
 * V8 sizes such steps by how fast JavaScript's own objects are made, which is slowly here, and counts the buffers that
 * artifacts come in as growth: left alone, it goes through the whole heap for every 17 MB that arrive, which took
 * a third of the CPU of a cold artifact. Small collections free those buffers as well, and V8 makes one for every
 * 32 MB of them: the heap, some 25 MB, has to have room for that much. A V8 that does not know the flag says so on
 * stderr, and goes on.
 */
export function letTheHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${PERCENT}`);
}
