import type { Log } from './log.js';

/** The exit code of a process that ended because of what nobody expected (EX_SOFTWARE of sysexits.h). */
const CRASHED = 70;
/** What is under way may take so long, in milliseconds. */
const GRACE = 5_000;

/**
 * Ends the process where something went wrong that nobody expected: what it holds may be wrong from then on, and a new one
 * begins with what is known to be right. It says why, takes no more connections, and lets what is under way finish for
 * some seconds.
 * @param close of what serves, as far as there is anything by then
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
