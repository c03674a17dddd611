import type { TestGate } from '../support/wheelgate.js';
import { readScrape } from './scrape.js';

/** One value a minute; undefined where there was no sample, `stale` where Prometheus saw the series end. */
export type Sample = number | 'stale' | undefined;

/** An alert that fires, with those of its labels that the rule's expression gives it. */
export interface Firing {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Expectation {
  readonly step: number;
  readonly firing: readonly Firing[];
}

export interface TimelineOptions {
  readonly job?: string;
  /** A second target that stays well whatever becomes of the first, as a job of its own. */
  readonly beside?: string;
  /** Whether durations are noted, which are others each time: only where a case makes them up. */
  readonly durations?: boolean;
}

/** Values that say when something was or will be: Prometheus's unit tests begin in 1970. */
const INSTANT = /_(timestamp|time)_seconds$/;
/** Between two scrapes, in milliseconds. */
const MINUTE = 60_000;
/** Under which the first target is scraped, unless a case says otherwise: no alert may depend on it. */
export const TARGET = { job: 'pypi-proxy', instance: '10.0.0.5:8080' } as const;

/** What Prometheus sees of a running Wheelgate, from real scrapes while a test moves its clock. */
export class Timeline {
  readonly name: string;
  readonly series = new Map<string, Sample[]>();
  readonly expectations: Expectation[] = [];
  readonly target: Readonly<Record<string, string>>;
  readonly #beside: Readonly<Record<string, string>> | undefined;
  readonly #gate: TestGate;
  readonly #durations: boolean;
  readonly #began: number;
  #steps = 0;
  readonly #revisions = new Map<string, string>();

  /** @param name what happens, as the test is called */
  constructor(name: string, gate: TestGate, options: TimelineOptions = {}) {
    this.name = name;
    this.target = { ...TARGET, ...(options.job !== undefined && { job: options.job }) };
    this.#beside =
      options.beside === undefined ? undefined : { job: options.beside, instance: '10.0.0.6:8080' };
    this.#gate = gate;
    this.#durations = options.durations ?? false;
    this.#began = gate.now;
  }

  /** Time passes, and Prometheus scrapes. */
  scraped(steps = 1): Promise<void> {
    return this.#pass(steps, async () => {
      for (const [series, value] of await this.#scrape()) this.#note(series, this.target, value);
      this.#note('up', this.target, 1);
    });
  }

  /** Time passes, and the target does not answer. */
  down(steps: number): Promise<void> {
    return this.#pass(steps, async () => this.#note('up', this.target, 0));
  }

  /** Time passes, and Prometheus knows of no target. */
  vanished(steps: number): Promise<void> {
    return this.#pass(steps, async () => {});
  }

  /** Time passes, and Prometheus is not there. */
  unwatched(steps: number): void {
    for (let step = 0; step < steps; step += 1) {
      this.#gate.now = this.#began + this.#steps * MINUTE;
      this.#steps += 1;
    }
  }

  /** What fires at the last step, and nothing else. */
  expect(...firing: Firing[]): void {
    this.expectations.push({ step: this.#steps - 1, firing });
  }

  get steps(): number {
    return this.#steps;
  }

  async #pass(steps: number, look: () => Promise<void>): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      this.#gate.now = this.#began + this.#steps * MINUTE;
      this.#steps += 1;
      await look();
      if (this.#beside !== undefined) {
        for (const [series, value] of await this.#scrape()) this.#note(series, this.#beside, value);
        this.#note('up', this.#beside, 1);
      }
      // What the scrape before this one had and this one has not has ended.
      for (const samples of this.series.values()) {
        const last = samples[this.#steps - 2];
        if (samples.length < this.#steps && last !== undefined && last !== 'stale')
          samples[this.#steps - 1] = 'stale';
      }
    }
  }

  async #scrape(): Promise<Map<string, number>> {
    const scraped = [...readScrape(await this.#gate.gate.metrics.text())];
    const noted = scraped.filter(([series]) => this.#durations || !/_bucket\{/.test(series));
    return new Map(
      noted.map(([series, value]) => [this.#plain(series), this.#shift(series, value)]),
    );
  }

  #note(series: string, target: Readonly<Record<string, string>>, value: number): void {
    const labelled = withLabels(series, target);
    const samples = this.series.get(labelled) ?? [];
    samples[this.#steps - 1] = value;
    this.series.set(labelled, samples);
  }

  #shift(series: string, value: number): number {
    const name = series.replace(/\{.*/, '');
    return INSTANT.test(name) ? value - this.#began / 1_000 : value;
  }

  /** A policy's revision changes with whatever is shipped. */
  #plain(series: string): string {
    return series.replace(/revision="(\w+)"/, (_, revision: string) => {
      const plain = this.#revisions.get(revision) ?? `r${this.#revisions.size + 1}`;
      this.#revisions.set(revision, plain);
      return `revision="${plain}"`;
    });
  }
}

function withLabels(series: string, labels: Readonly<Record<string, string>>): string {
  const more = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const own = /\{(.*)\}$/.exec(series)?.[1];
  return `${series.replace(/\{.*/, '')}{${[...(own === undefined ? [] : [own]), ...more].join(',')}}`;
}
