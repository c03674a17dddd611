import { z } from 'zod';
import type { Told } from './envelope.js';

/** The number of replicas whose received decisions are tracked; the least recently active ones are dropped. */
const MOST_REPLICAS = 500;
/** The number of earlier runs per replica whose messages are recognised as old. */
const MOST_PAST = 50;

/** Missed decisions of a replica. */
export interface Gap {
  /** The time of the last decision before them, ISO 8601; undefined if there was none. */
  readonly from: string | undefined;
  /** The time of the next received decision, or of the detection: ISO 8601. */
  readonly to: string;
}

const GAP = z.object({ from: z.string().optional(), to: z.string() });
const RUN = z.object({
  run: z.string(),
  number: z.number(),
  /** Whether the run has announced its end. */
  ended: z.boolean(),
  time: z.string(),
  /** All its decisions up to this time were received, ISO 8601. */
  whole: z.string().optional(),
  gap: GAP.optional(),
  /** Possibly missed decisions, until the next message of this run clarifies it. */
  doubt: GAP.optional(),
  /** Earlier runs, whose messages could be replayed by anyone with write access to Redis. */
  past: z.array(z.string()).max(MOST_PAST).optional(),
});

type Run = z.output<typeof RUN>;
/** The state of a replica's last run. Times are ISO 8601. */
export type LastRun = Readonly<Pick<Run, 'run' | 'number' | 'ended' | 'time' | 'whole'>>;

/** Tracks each replica's decisions by their numbers: skips duplicates, and detects missed ones. */
export class Runs {
  readonly #runs: Map<string, Run>;

  /** @param kept the output of `toJSON`; an invalid value counts as empty */
  constructor(kept?: unknown) {
    const read = z.array(z.tuple([z.string(), RUN])).safeParse(kept);
    this.#runs = new Map(read.success ? read.data : []);
  }

  /** The last gap of each replica that has one. */
  get gaps(): ReadonlyMap<string, Gap> {
    const all = [...this.#runs].flatMap(([replica, { gap, doubt = gap }]) =>
      doubt === undefined ? [] : [[replica, { from: doubt.from, to: doubt.to }] as const],
    );
    return new Map(all);
  }

  /** The replicas with received messages. */
  get replicas(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** The last runs of replicas that have not announced their end. */
  get open(): ReadonlyMap<string, LastRun> {
    return new Map([...this.#runs].filter(([, { ended }]) => !ended));
  }

  /** The last run of a replica. */
  of(replica: string): LastRun | undefined {
    return this.#runs.get(replica);
  }

  /** All decisions of a replica's last run up to this time were received. @param whole ISO 8601 */
  wholeUpTo(replica: string, whole: string): void {
    const run = this.#runs.get(replica);
    if (run !== undefined) this.#runs.set(replica, { ...run, whole, doubt: undefined });
  }

  /** A replica will not return: its unreceived decisions are lost. */
  giveUp(replica: string, gap: Gap): void {
    const run = this.#runs.get(replica) ?? { run: '', number: 0, time: gap.to };
    this.#runs.set(replica, { ...run, ended: true, gap, doubt: undefined });
  }

  /**
   * Records a decision. @param time of its record, or else the present, ISO 8601
   * @returns the number of missed ones before it; undefined for a duplicate
   */
  note({ replica, run, number, line }: Told, time: string): number | undefined {
    const known = this.#runs.get(replica);
    const isSame = known?.run === run;
    const isEnd = line === undefined;
    if (known?.past?.includes(run)) return undefined;
    if (isSame && (number < known.number || (number === known.number && (!isEnd || known.ended))))
      return undefined;
    // A run that has not announced its end may have more decisions than it sent.
    const heard = isSame ? known.number : 0;
    const missed = number - heard - (isEnd ? 0 : 1);
    const isGap = missed > 0 || (known !== undefined && !isSame && !known.ended);
    // The next decision of the same run proves that none before it was missed; another run does not.
    const before = isSame && !isGap ? known.gap : (known?.doubt ?? known?.gap);
    const gap = isGap ? { from: known && heardUpTo(known), to: time } : before;
    this.#runs.delete(replica);
    const earlier = known?.past ?? [];
    const past =
      known === undefined || isSame ? earlier : [known.run, ...earlier].slice(0, MOST_PAST);
    const whole = isSame ? known.whole : undefined;
    const told = { ...(whole !== undefined && { whole }), ...(gap && { gap }) };
    this.#runs.set(replica, { run, number, ended: isEnd, time, past, ...told });
    if (this.#runs.size > MOST_REPLICAS) this.#runs.delete(this.#runs.keys().next().value!);
    return Math.max(missed, isGap ? 1 : 0);
  }

  /** Decisions of all known replicas may have been missed. @param to ISO 8601 */
  missAll(to: string): void {
    for (const [replica, run] of this.#runs)
      this.#runs.set(replica, { ...run, doubt: { from: heardUpTo(run), to } });
  }

  toJSON(): unknown {
    return [...this.#runs];
  }
}

/** The later one of its last received decision and the last confirmation. */
function heardUpTo({ time, whole = time }: Run): string {
  return whole > time ? whole : time;
}
