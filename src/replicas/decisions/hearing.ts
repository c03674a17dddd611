import type { Missing } from '../../decisions/fleet-reader.js';
import {
  FORGOTTEN_AFTER,
  type KnownReplica,
  type Roster,
  SILENT_AFTER,
} from '../members/roster.js';
import type { Runs } from './runs.js';

/** How far a replica has decided, as it says itself. */
export interface Decided {
  /** Of this run of it alone. */
  readonly run: string;
  /** Of its last decision; 0 for none. */
  readonly number: number;
}

export interface HearingParts {
  /** The replica's own name. */
  readonly self: string;
  /** What was heard so far. */
  readonly runs: Runs;
  /** Milliseconds since 1970, by Redis' clock as far as it is known. */
  readonly now: () => number;
}

/** What is known of another replica. Instants are of Redis' clock, in milliseconds since 1970. */
interface Heard {
  /** All that it had decided by then was heard. */
  whole: number | undefined;
  /** When it was last heard of. */
  at: number;
  state: KnownReplica['state'];
  /** What is heard of it is whole up to `at` once this was heard. */
  pending: (Decided & { readonly at: number }) | undefined;
}

/**
 * Knows up to when all was heard that the other replicas have decided: each says again and again how many decisions it has
 * made. What is beyond is named at once where Redis does not answer, and where a replica falls silent, until it is known that nothing
 * is missing.
 */
export class Hearing {
  readonly #parts: HearingParts;
  readonly #others = new Map<string, Heard>();
  /** Since when Redis has not answered; before the first answer, since the start. */
  #deafSince: number | undefined;
  #hasFailed = false;
  /** When Redis answered again: whoever was not heard whole since then is in doubt. */
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

  /** All was read that Redis has. @returns whether it did not answer before */
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

  /** Notes what the others say of themselves. */
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

  /** Decisions that were not heard, or may not have been. */
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
    // Others may have begun since, of which nothing is known.
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
    // One of an older version says nothing: its next decision tells whether any before was missed.
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

  /** One that is gone without a word is silent, and given up after an hour. */
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
