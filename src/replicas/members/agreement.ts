import { isThere, type Roster, revisionsOf } from './roster.js';

/** How long policies may differ, in milliseconds: an edit reaches the machines one after another. */
export const PATIENCE = 120_000;

export interface AgreementParts {
  /** A monotonic clock, in milliseconds. */
  readonly clock: () => number;
  /** Another replica has changed to a new policy, so a new one may be available here too. */
  readonly onOther: () => void;
}

/** Monitors that all replicas have the same policy. */
export class Agreement {
  readonly #parts: AgreementParts;
  /** Since when they differ, by the clock. */
  #since: number | undefined;
  /** By replica name. */
  #known = new Map<string, string>();

  constructor(parts: AgreementParts) {
    this.#parts = parts;
  }

  /** Whether they have differed for too long. */
  get isBroken(): boolean {
    return this.#since !== undefined && this.#parts.clock() - this.#since > PATIENCE;
  }

  note(roster: Roster): void {
    const { clock, onOther } = this.#parts;
    if (revisionsOf(roster).size < 2) this.#since = undefined;
    else this.#since ??= clock();
    const present = roster.replicas.filter(isThere);
    const own = present.find(({ state }) => state === 'self')?.revision;
    const isNew = present.some(
      ({ name, revision }) => revision !== own && this.#known.get(name) !== revision,
    );
    this.#known = new Map(present.map(({ name, revision }) => [name, revision]));
    if (isNew) onOther();
  }
}
