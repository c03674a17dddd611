import type { Missing } from '../../decisions/fleet-reader.js';
import {
  FORGOTTEN_AFTER,
  type KnownReplica,
  type Roster,
  SILENT_AFTER,
} from '../members/roster.js';
import type { Runs } from './runs.js';

/** A replica's own statement about its number of decisions. */
export interface Decided {
  /** Identifies one run of the replica. */
  readonly run: string;
  /** The number of its last decision; 0 for none. */
  readonly number: number;
}

export interface HearingParts {
  /** The replica's own name. */
  readonly self: string;
  /** The received decisions. */
  readonly runs: Runs;
  /** Milliseconds since 1970, by Redis' clock if it is known. */
  readonly now: () => number;
}

/** The state of another replica. Times are by Redis' clock, in milliseconds since 1970. */
interface Heard {
  /** All its decisions up to this time were received. */
  whole: number | undefined;
  /** The time of its last message. */
  at: number;
  state: KnownReplica['state'];
  /** All its decisions up to `at` are received once this number is. */
  pending: (Decided & { readonly at: number }) | undefined;
}

/**
 * Tracks up to when all decisions of other replicas were received: each replica periodically states its number of
 * decisions. If Redis does not respond, or a replica stops sending, the following decisions count as missing until they
 * are confirmed.
 */
export class Hearing {
  readonly #parts: HearingParts;
  readonly #others = new Map<string, Heard>();
  /** Since when Redis has not responded; before its first response, since the start. */
  #deafSince: number | undefined;
  #hasFailed = false;
  /** When Redis responded again: a replica without confirmation since then is in doubt. */
  #backAt = Number.NEGATIVE_INFINITY;
  #answeredAt: number;

  constructor(parts: HearingParts) {
    this.#parts = parts;
    this.#answeredAt = parts.now();
    this.#deafSince = this.#answeredAt;
    for (const [name, { time, whole }] of parts.runs.open)
      this.#others.set(name, {
        whole: Date.parse(whole ?? time),
        at: Date.parse(time),
        state: 'last-known',
        pending: undefined,
      });
  }

  /** Everything in Redis was read. @returns whether it did not respond before */
  answered(): boolean {
    const wasDeaf = this.#deafSince !== undefined;
    this.#answeredAt = this.#parts.now();
    if (wasDeaf && this.#hasFailed) this.#backAt = this.#answeredAt;
    this.#deafSince = undefined;
    for (const [name, one] of this.#others) this.#settle(name, one);
    return wasDeaf;
  }

  failed(): void {
    this.#deafSince ??= this.#answeredAt;
    this.#hasFailed = true;
  }

  /** Records the other replicas' statements. */
  note(roster: Roster): void {
    if (roster.asOf !== undefined) return;
    const { self, runs } = this.#parts;
    const known = new Map(roster.replicas.map((one) => [one.name, one]));
    for (const [name, replica] of known) if (name !== self) this.#noteOne(name, replica);
    for (const [name, one] of this.#others) {
      if (known.has(name)) continue;
      if (runs.of(name)?.ended) this.#others.delete(name);
      else this.#miss(name, one);
    }
  }

  /** Decisions that were missed, or may have been. */
  missing(): Missing[] {
    const lost = [...this.#parts.runs.gaps].map(
      ([replica, gap]): Missing => ({ replica, ...gap, why: 'lost' }),
    );
    return [...lost, ...this.#beyond()];
  }

  #beyond(): Missing[] {
    const open = [...this.#others]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([replica, one]): Missing[] => {
        const why = this.#whyOpen(one);
        if (why === undefined) return [];
        const { whole, at } = one;
        return [{ replica, from: instant(whole), to: undefined, why, heard: instant(at) }];
      });
    if (this.#deafSince === undefined) return open;
    const why = this.#hasFailed ? 'redis' : 'late';
    // Unknown replicas may have started since.
    return [...open, { replica: undefined, from: instant(this.#deafSince), to: undefined, why }];
  }

  #whyOpen({ whole = Number.NEGATIVE_INFINITY, state }: Heard): Missing['why'] | undefined {
    if (this.#deafSince !== undefined) return this.#hasFailed ? 'redis' : 'late';
    if (state === 'silent') return 'silent';
    const isLate = this.#parts.now() - whole > SILENT_AFTER;
    return whole < this.#backAt || isLate ? 'late' : undefined;
  }

  #noteOne(name: string, { state, at, started, decided }: KnownReplica): void {
    const one = this.#others.get(name) ?? { whole: started, at, state, pending: undefined };
    this.#others.set(name, one);
    one.at = at;
    one.state = state;
    const heard = this.#parts.runs.of(name);
    // An older version sends no statement: its next decision shows whether earlier ones were missed.
    const { run, number } = decided ?? {
      run: heard?.run ?? '',
      number: this.#silentNumber(one, heard),
    };
    if (one.pending?.run !== run) one.pending = undefined;
    one.pending ??= { run, number, at };
    this.#settle(name, one);
  }

  #silentNumber({ whole = 0 }: Heard, heard: { readonly number: number } | undefined): number {
    const number = heard?.number ?? 0;
    return whole < this.#backAt ? number + 1 : number;
  }

  /** A replica that ended without a message is silent, and is given up after an hour. */
  #miss(name: string, one: Heard): void {
    const quiet = this.#parts.now() - one.at;
    if (quiet > SILENT_AFTER) one.state = 'silent';
    if (quiet <= FORGOTTEN_AFTER) return;
    const from = instant(one.whole ?? one.at)!;
    this.#parts.runs.giveUp(name, { from, to: instant(one.at + FORGOTTEN_AFTER)! });
    this.#others.delete(name);
  }

  #settle(name: string, one: Heard): void {
    const { pending } = one;
    if (pending === undefined || this.#deafSince !== undefined) return;
    const heard = this.#parts.runs.of(name);
    const isHeard = heard?.run === pending.run && heard.number >= pending.number;
    if (pending.number > 0 && !isHeard) return;
    one.pending = undefined;
    one.whole = Math.max(one.whole ?? 0, pending.at);
    if (heard?.run === pending.run) this.#parts.runs.wholeUpTo(name, instant(one.whole)!);
  }
}

function instant(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
