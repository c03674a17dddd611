import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WatchEvent } from './events.js';
import type { Look } from './monitor.js';

/** Seconds: from a small environment in the page cache to a large one on a slow disk. */
const LOOK_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The metrics of a monitor, in a separate registry. Labels are codes, never names or paths. */
export class WatchMetrics {
  readonly registry = new Registry();
  readonly #findings = this.#gauge('findings', 'Current findings.', ['code', 'level']);
  readonly #events = new Counter({
    name: 'wheelgate_watch_events_total',
    help: 'Reported events, by kind.',
    labelNames: ['event'] as const,
    registers: [this.registry],
  });
  readonly #present = this.#gauge('present', 'Whether the folder exists: 1 or 0.', []);
  readonly #files = this.#gauge('files', 'Files at the last full scan.', []);
  readonly #distributions = this.#gauge(
    'distributions',
    'Distributions at the last full scan.',
    [],
  );
  readonly #unwatched = this.#gauge(
    'unwatched_folders',
    'Folders without file system notifications. Changes there are detected at the next scan.',
    [],
  );
  readonly #lastLook = this.#gauge(
    'last_look_timestamp_seconds',
    'Unix time of the last full scan.',
    [],
  );
  readonly #policyLoadFailures = new Counter({
    name: 'wheelgate_watch_policy_load_failures_total',
    help: 'Policy edits rejected as invalid.',
    registers: [this.registry],
  });
  readonly #lookSeconds = new Histogram({
    name: 'wheelgate_watch_look_duration_seconds',
    help: 'Duration of a full scan.',
    buckets: LOOK_SECONDS,
    registers: [this.registry],
  });

  event({ event }: WatchEvent): void {
    this.#events.inc({ event });
    if (event === 'gone') {
      this.#present.set(0);
      this.#findings.reset();
    }
  }

  /** @param now milliseconds since 1970 */
  look({ audit, standing, took, unwatched }: Look, now: number): void {
    this.#findings.reset();
    for (const { code, level } of standing) this.#findings.inc({ code, level });
    this.#present.set(1);
    this.#files.set(audit.report.counts.files ?? 0);
    this.#distributions.set(audit.distributions.length);
    this.#unwatched.set(unwatched);
    this.#lastLook.set(now / 1000);
    this.#lookSeconds.observe(took / 1000);
  }

  policyRefused(): void {
    this.#policyLoadFailures.inc();
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    const registers = [this.registry];
    return new Gauge<L>({ name: `wheelgate_watch_${name}`, help, labelNames, registers });
  }
}
