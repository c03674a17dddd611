/** What a shell reports for a process that a signal ended, for one that exits by itself because of it. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143, SIGBREAK: 149, SIGHUP: 129 } as const;
type Stop = keyof typeof EXIT_BY_SIGNAL;

/**
 * Windows sends SIGBREAK for Ctrl+Break, which service wrappers use, and SIGHUP when the console window closes. It has no
 * SIGHUP that asks to reload, and delivers no SIGTERM.
 */
const STOPS: { readonly windows: readonly Stop[]; readonly others: readonly Stop[] } = {
  windows: ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'],
  others: ['SIGINT', 'SIGTERM'],
};

/** Of `process`, what signals need; a test supplies its own. */
export type SignalSource = Pick<NodeJS.Process, 'platform' | 'exit'> & {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
};

/**
 * The signals that a service is sent, from the first moment on: none of them ends it unawares. SIGTERM and SIGINT stop it, and
 * sent again end it at once; SIGHUP has it read what was changed; those that others use for other things are for nobody
 * here, where they would end the process or open a debugger.
 */
export class ServiceSignals {
  /** Resolves with the first signal to stop. */
  readonly stopped: Promise<NodeJS.Signals>;
  #isStopping = false;
  #reload: (() => void) | undefined;
  /** SIGHUP came before there was anything that could read. */
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

  /** @param reload called for each SIGHUP, also for one that came before */
  onReload(reload: () => void): void {
    this.#reload = reload;
    if (this.#isDue) reload();
    this.#isDue = false;
  }
}
