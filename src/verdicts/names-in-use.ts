import type { KnownNames, NearName } from '../domain/known-names.js';
import type { ProjectName } from '../domain/project-name.js';
import { NameIndex } from '../policy/names/name-index.js';
import { ESTABLISHED } from '../policy/names/well-known.js';

/** Refresh interval in milliseconds; after a failure, the next attempt is sooner. */
const HOLDS = 600_000;
const RETRY = 5_000;

/** About how many users have downloaded a project. */
interface UsedProject {
  readonly name: string;
  readonly users: number;
}

/**
 * The names of projects in use here, from the decision log. They are read in the background: at the start, and on
 * demand if they are old.
 */
export class NamesInUse implements KnownNames {
  validUntil = Number.NEGATIVE_INFINITY;
  readonly #ask: () => Promise<readonly UsedProject[]>;
  readonly #now: () => number;
  #index = new NameIndex([]);
  #asking = false;

  /** @param now milliseconds since 1970 */
  constructor(ask: () => Promise<readonly UsedProject[]>, now: () => number) {
    this.#ask = ask;
    this.#now = now;
    void this.#refresh();
  }

  near(project: ProjectName, isNew: boolean): NearName | undefined {
    if (this.#now() >= this.validUntil) void this.#refresh();
    return this.#index.near(project, isNew);
  }

  async #refresh(): Promise<void> {
    this.validUntil = this.#now() + RETRY;
    if (this.#asking) return;
    this.#asking = true;
    try {
      const used = await this.#ask();
      const rounded = used.map(({ name, users }) => ({ name, users: roundedDown(users) }));
      this.#index = new NameIndex(rounded, ESTABLISHED);
      this.validUntil = this.#now() + HOLDS;
    } catch {
      // The names of before hold, until the next answer.
    } finally {
      this.#asking = false;
    }
  }
}

/** To 1, 2 or 5 and zeros: the reader learns little, and the value stays stable while the number of users varies. */
function roundedDown(users: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, users)));
  const step = [5, 2, 1].find((factor) => factor * unit <= users) ?? 1;
  return step * unit;
}
