import { isThere, type Roster, revisionsOf } from './roster.js';

/** Policies may differ for so long, in milliseconds: an edit reaches machines one after the other. */
export const PATIENCE = 120_000;

export interface AgreementParts {
  /** A clock that never goes back, in milliseconds. */
  readonly clock: () => number;
  /** Another replica goes by a policy that it has not been known to go by: perhaps ours has come, too. */
  readonly onOther: () => void;
}

/** Watches whether all replicas go by the same policy. */
export class Agreement {
  readonly #parts: AgreementParts;
  /** Since when they do not, by the clock. */
  #since: number | undefined;
  /** By name. */
  #known = new Map<string, string>();

  constructor(parts: AgreementParts) {
    this.#parts = parts;
  }

  /** Whether they have gone by different ones for too long. */
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
