import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WatchEvent } from './events.js';
import type { Look } from './monitor.js';

/** Seconds: a small environment out of memory, to a large one on a slow disk. */
const LOOK_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The metrics of a monitor, in a registry of their own. Labels are codes, never names or paths. */
export class WatchMetrics {
  readonly registry = new Registry();
  readonly #findings = this.#gauge('findings', 'Findings that hold now.', ['code', 'level']);
  readonly #events = new Counter({
    name: 'wheelgate_watch_events_total',
    help: 'What was told, by kind of event.',
    labelNames: ['event'] as const,
    registers: [this.registry],
  });
  readonly #present = this.#gauge('present', 'Whether the folder is there: 1 or 0.', []);
  readonly #files = this.#gauge('files', 'Files at the last whole look.', []);
  readonly #distributions = this.#gauge('distributions', 'Distributions at the last look.', []);
  readonly #unwatched = this.#gauge(
    'unwatched_folders',
    'Folders that the system gives no notice of; changes there are seen at the next look only.',
    [],
  );
  readonly #lastLook = this.#gauge(
    'last_look_timestamp_seconds',
    'When the last whole look was taken, in seconds since 1970.',
    [],
  );
  readonly #policyLoadFailures = new Counter({
    name: 'wheelgate_watch_policy_load_failures_total',
    help: 'Policy edits that did not validate and were not taken over.',
    registers: [this.registry],
  });
  readonly #lookSeconds = new Histogram({
    name: 'wheelgate_watch_look_duration_seconds',
    help: 'Time that a whole look takes.',
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
