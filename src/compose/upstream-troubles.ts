import type { Process } from './process.js';

/** The parts of an upstream connection that may be rejected. */
type Shown = 'credentials' | 'certificate';

/** Problems with our access to the upstreams, as one part of `/readyz`. */
export class UpstreamTroubles {
  readonly #process: Pick<Process, 'health' | 'log'>;
  readonly #known = new Map<string, string>();

  constructor(process: Pick<Process, 'health' | 'log'>) {
    this.#process = process;
  }

  /** @param why undefined if it is valid */
  note(upstream: string, what: Shown, why: string | undefined): void {
    const { health, log } = this.#process;
    const key = `${upstream} ${what}`;
    if (why === undefined && !this.#known.has(key)) return;
    if (why === undefined) this.#known.delete(key);
    else {
      this.#known.set(key, `${upstream}: ${why}`);
      log.error({ upstream }, why);
    }
    const said = [...this.#known.values()].join('; ');
    if (said === '') health.set('upstreams', 'ok', 'credentials and certificates are valid');
    else health.set('upstreams', 'degraded', said);
  }
}
