import type { Log } from './log.js';

/** The exit code after an unexpected error (EX_SOFTWARE of sysexits.h). */
const CRASHED = 70;
/** The time for requests in progress, in milliseconds. */
const GRACE = 5_000;

/**
 * Ends the process after an unexpected error: its state may be wrong, and a new process starts with a correct one. It
 * logs the reason, accepts no more connections, and lets requests finish for a few seconds.
 * @param close closes the servers that exist so far
 */
export function endOnFatal(log: Log, close: () => Promise<void>): void {
  let isEnding = false;
  const end = (what: string) => (err: unknown) => {
    log.error({ err }, `${what}; exiting`);
    if (isEnding) return;
    isEnding = true;
    const exit = () => process.exit(CRASHED);
    setTimeout(exit, GRACE);
    close().then(exit, exit);
  };
  process.on('uncaughtException', end('uncaught exception'));
  process.on('unhandledRejection', end('unhandled rejection'));
}
