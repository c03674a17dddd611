/** Time, for who waits for it; a test hands in one that it moves itself. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, `milliseconds` from now; the function that it gives takes that back. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemTimers: Timers = {
  now: Date.now,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** The same, which keeps no process alive. */
export const backgroundTimers: Timers = {
  now: Date.now,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
