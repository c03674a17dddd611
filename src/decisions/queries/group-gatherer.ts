import { decisionId } from '../decision-id.js';
import type { Gatherer } from '../log-search.js';
import type { DecisionRecord } from '../record.js';
import { keyOf, type RefusedGroup, RefusedGroups } from '../rollups/refused-groups.js';
import { modeOf } from '../rollups/slots.js';
import type { NamedDecision } from './decision-queries.js';

const MOST_GROUPS = 20_000;

/** Groups the refusals in a search of the log. */
export class GroupGatherer implements Gatherer {
  readonly #groups = new RefusedGroups(MOST_GROUPS);
  /** The newest requests of each group, by its key; the order is that of a search back. */
  readonly #requests = new Map<string, NamedDecision[]>();
  readonly #enough: number;
  readonly #requestsOfEach: number;

  /** @param enough ends once it has so many groups */
  constructor(enough: number, requestsOfEach: number) {
    this.#enough = enough;
    this.#requestsOfEach = requestsOfEach;
  }

  take(decision: DecisionRecord): boolean {
    const at = Date.parse(decision.time);
    const mode = modeOf(decision);
    if (mode === undefined || Number.isNaN(at)) return false;
    this.#groups.note(decision, mode, at);
    if (this.#requestsOfEach > 0)
      keepNewest(
        this.#requests,
        keyOf(decision),
        { id: decisionId(decision), decision },
        this.#requestsOfEach,
      );
    return false;
  }

  pieceOver(): boolean {
    return this.groups.length >= this.#enough;
  }

  get groups(): readonly RefusedGroup[] {
    return this.#groups.all();
  }

  requestsOf(group: RefusedGroup): readonly NamedDecision[] | undefined {
    return this.#requestsOfEach > 0 ? (this.#requests.get(keyOf(group)) ?? []) : undefined;
  }
}

/** Puts a request among the newest of its group, by its name: the newest first. */
function keepNewest(
  all: Map<string, NamedDecision[]>,
  key: string,
  named: NamedDecision,
  most: number,
): void {
  const kept = all.get(key);
  if (kept === undefined) return void all.set(key, [named]);
  if (kept.length === most && named.id < kept.at(-1)!.id) return;
  const at = kept.findIndex(({ id }) => id < named.id);
  kept.splice(at === -1 ? kept.length : at, 0, named);
  if (kept.length > most) kept.pop();
}
