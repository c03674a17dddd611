/** What a shell makes of a process that a signal ended, for one that ends by itself because of it. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

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

  constructor() {
    this.stopped = new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const)
        process.on(signal, () => {
          if (this.#isStopping) process.exit(EXIT_BY_SIGNAL[signal]);
          this.#isStopping = true;
          resolve(signal);
        });
    });
    process.on('SIGHUP', () => {
      if (this.#isStopping) return;
      if (this.#reload === undefined) this.#isDue = true;
      else this.#reload();
    });
    for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
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
