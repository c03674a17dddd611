import { AggregatorRegistry } from 'prom-client';
import type { MetricSnapshot } from './metrics.js';

/** Metrics that only grow: they must not shrink after a process has ended. */
const LASTING: ReadonlySet<string> = new Set(['counter', 'histogram']);

/** Merges the metrics of several processes. */
export class MetricSum {
  readonly #last = new Map<number, MetricSnapshot>();
  #departed: MetricSnapshot = [];

  /** Records the present counts of a process. */
  note(process: number, snapshot: MetricSnapshot): void {
    this.#last.set(process, snapshot);
  }

  /** A process has ended: its last recorded counts stay in the sum. */
  async depart(process: number): Promise<void> {
    const last = this.#last.get(process);
    this.#last.delete(process);
    if (last === undefined) return;
    const lasting = last.filter(({ type }) => LASTING.has(String(type)));
    const sum = AggregatorRegistry.aggregate([this.#departed, lasting]);
    this.#departed = await sum.getMetricsAsJSON();
  }

  /** All recorded metrics in Prometheus text format: summed, or by the metric's own aggregator. */
  text(): Promise<string> {
    return AggregatorRegistry.aggregate([...this.#last.values(), this.#departed]).metrics();
  }
}
