import { AggregatorRegistry } from 'prom-client';
import type { MetricSnapshot } from './metrics.js';

/** What only ever grows: it must not shrink because a process that counted is gone. */
const LASTING: ReadonlySet<string> = new Set(['counter', 'histogram']);

/** The metrics of several processes as those of one. */
export class MetricSum {
  readonly #last = new Map<number, MetricSnapshot>();
  #departed: MetricSnapshot = [];

  /** Notes what a process has counted so far. */
  note(process: number, snapshot: MetricSnapshot): void {
    this.#last.set(process, snapshot);
  }

  /** A process has ended: its counts stay in the sum, as of the last note. */
  async depart(process: number): Promise<void> {
    const last = this.#last.get(process);
    this.#last.delete(process);
    if (last === undefined) return;
    const lasting = last.filter(({ type }) => LASTING.has(String(type)));
    const sum = AggregatorRegistry.aggregate([this.#departed, lasting]);
    this.#departed = await sum.getMetricsAsJSON();
  }

  /** All noted metrics in Prometheus text format: sums, or what else a metric says of itself. */
  text(): Promise<string> {
    return AggregatorRegistry.aggregate([...this.#last.values(), this.#departed]).metrics();
  }
}
