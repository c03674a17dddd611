/** The exit codes that a shell reports for a process ended by a signal; the process uses the same ones. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143, SIGBREAK: 149, SIGHUP: 129 } as const;
type Stop = keyof typeof EXIT_BY_SIGNAL;

/**
 * Windows sends SIGBREAK for Ctrl+Break, which service wrappers use, and SIGHUP when the console window closes. It has
 * no SIGHUP for a reload, and delivers no SIGTERM.
 */
const STOPS: { readonly windows: readonly Stop[]; readonly others: readonly Stop[] } = {
  windows: ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'],
  others: ['SIGINT', 'SIGTERM'],
};

/** The part of `process` for signals; tests supply their own. */
export type SignalSource = Pick<NodeJS.Process, 'platform' | 'exit'> & {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
};

/**
 * Handles a service's signals from the start, so none ends it unexpectedly. SIGTERM and SIGINT stop it, and end it
 * immediately when repeated; SIGHUP reloads changed files; further signals with a meaning elsewhere are ignored,
 * because they would end the process or open a debugger.
 */
export class ServiceSignals {
  /** Resolves with the first signal to stop. */
  readonly stopped: Promise<NodeJS.Signals>;
  #isStopping = false;
  #reload: (() => void) | undefined;
  /** SIGHUP arrived before there was a reload function. */
  #isDue = false;

  constructor(source: SignalSource = process) {
    const isWindows = source.platform === 'win32';
    this.stopped = new Promise((resolve) => {
      for (const signal of isWindows ? STOPS.windows : STOPS.others)
        source.on(signal, () => {
          if (this.#isStopping) source.exit(EXIT_BY_SIGNAL[signal]);
          this.#isStopping = true;
          resolve(signal);
        });
    });
    if (!isWindows)
      source.on('SIGHUP', () => {
        if (this.#isStopping) return;
        if (this.#reload === undefined) this.#isDue = true;
        else this.#reload();
      });
    for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) source.on(signal, () => {});
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** @param reload called for each SIGHUP, including an earlier one */
  onReload(reload: () => void): void {
    this.#reload = reload;
    if (this.#isDue) reload();
    this.#isDue = false;
  }
}
