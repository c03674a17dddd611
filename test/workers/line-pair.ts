import type { Line } from '../../src/workers/channel.js';

/** Two ends of a line within one process; messages are copied, and arrive in a later turn, in order. */
export function linePair(): readonly [Line, Line] {
  const ends = [
    new Set<(message: unknown) => void>(),
    new Set<(message: unknown) => void>(),
  ] as const;
  const end = (mine: 0 | 1): Line => ({
    send: (message) => {
      const copy = structuredClone(message);
      setImmediate(() => {
        for (const listener of ends[1 - mine]!) listener(copy);
      });
    },
    onMessage: (listener) => void ends[mine].add(listener),
  });
  return [end(0), end(1)];
}
