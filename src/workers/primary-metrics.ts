import { MetricSum } from '../observe/metric-sum.js';
import type { Metrics } from '../observe/metrics.js';
import { withDeadline } from '../runtime/deadline.js';
import type { Member } from './members.js';

/** The timeout for a worker's counts, in milliseconds; afterwards its previous ones are used. */
const PATIENCE = 2_000;

/** The combined metrics of the primary and its workers. */
export class PrimaryMetrics {
  readonly #own: Metrics;
  readonly #members: () => readonly Member[];
  readonly #sum = new MetricSum();

  constructor(own: Metrics, members: () => readonly Member[]) {
    this.#own = own;
    this.#members = members;
  }

  /** Serves one worker. */
  attend({ channel }: Member): void {
    channel.onAsked('metrics', () => this.#text());
  }

  /** A worker has ended: its counts are kept. */
  dismiss({ id }: Member): void {
    void this.#sum.depart(id);
  }

  async #text(): Promise<string> {
    this.#sum.note(0, await this.#own.snapshot());
    await Promise.allSettled(
      this.#members().map(async ({ id, channel }) =>
        this.#sum.note(id, await withDeadline(PATIENCE, channel.ask('metrics', undefined))),
      ),
    );
    return this.#sum.text();
  }
}
