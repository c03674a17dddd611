import { z } from 'zod';
import type { Told } from './envelope.js';

/** Of so many replicas is known what was heard; those that were not heard of for the longest time go. */
const MOST_REPLICAS = 500;
/** Of so many runs before its last one a replica's words are known to be old. */
const MOST_PAST = 50;

/** Decisions of a replica that were not heard. */
export interface Gap {
  /** The time of the last one before, ISO 8601; undefined where none was heard before. */
  readonly from: string | undefined;
  /** When the next one was heard that followed, or that it was known: ISO 8601. */
  readonly to: string;
}

const GAP = z.object({ from: z.string().optional(), to: z.string() });
const RUN = z.object({
  run: z.string(),
  number: z.number(),
  /** Whether the run has said that it ends. */
  ended: z.boolean(),
  time: z.string(),
  /** All that it had decided by then was heard, ISO 8601. */
  whole: z.string().optional(),
  gap: GAP.optional(),
  /** Decisions that may have been missed: it is known once this run is heard of again. */
  doubt: GAP.optional(),
  /** Runs before it: who can write to Redis may put their words there once more. */
  past: z.array(z.string()).max(MOST_PAST).optional(),
});

type Run = z.output<typeof RUN>;
/** What was heard of a replica's last run. Times are ISO 8601. */
export type LastRun = Readonly<Pick<Run, 'run' | 'number' | 'ended' | 'time' | 'whole'>>;

/** What was heard of each replica, by the numbers that it gives its decisions: nothing twice, and what was missed. */
export class Runs {
  readonly #runs: Map<string, Run>;

  /** @param kept as `toJSON` gave it; what is none is as nothing */
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

  /** Those of which anything was heard. */
  get replicas(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** The last runs of those that have not said that they end. */
  get open(): ReadonlyMap<string, LastRun> {
    return new Map([...this.#runs].filter(([, { ended }]) => !ended));
  }

  /** The last run of a replica. */
  of(replica: string): LastRun | undefined {
    return this.#runs.get(replica);
  }

  /** All that a replica's last run had decided by then was heard. @param whole ISO 8601 */
  wholeUpTo(replica: string, whole: string): void {
    const run = this.#runs.get(replica);
    if (run !== undefined) this.#runs.set(replica, { ...run, whole, doubt: undefined });
  }

  /** A replica will not be heard of again: what it may have decided is lost. */
  giveUp(replica: string, gap: Gap): void {
    const run = this.#runs.get(replica) ?? { run: '', number: 0, time: gap.to };
    this.#runs.set(replica, { ...run, ended: true, gap, doubt: undefined });
  }

  /**
   * Notes one. @param time of its record, or now where it has none, ISO 8601
   * @returns how many were missed before it; undefined where it was heard before
   */
  note({ replica, run, number, line }: Told, time: string): number | undefined {
    const known = this.#runs.get(replica);
    const isSame = known?.run === run;
    const isEnd = line === undefined;
    if (known?.past?.includes(run)) return undefined;
    if (isSame && (number < known.number || (number === known.number && (!isEnd || known.ended))))
      return undefined;
    // A run that has not said that it ends may have decided more than it told.
    const heard = isSame ? known.number : 0;
    const missed = number - heard - (isEnd ? 0 : 1);
    const isGap = missed > 0 || (known !== undefined && !isSame && !known.ended);
    // The next decision of the same run shows that none before it was missed; another run does not.
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

  /** Of all that are known, something may have been missed. @param to ISO 8601 */
  missAll(to: string): void {
    for (const [replica, run] of this.#runs)
      this.#runs.set(replica, { ...run, doubt: { from: heardUpTo(run), to } });
  }

  toJSON(): unknown {
    return [...this.#runs];
  }
}

/** Whichever is later: its last decision that was heard, or when nothing was missing. */
function heardUpTo({ time, whole = time }: Run): string {
  return whole > time ? whole : time;
}
