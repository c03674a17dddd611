import { decisionId } from './decision-id.js';
import type { Written } from './file-log.js';
import type { LiveDecisions, OnDecision } from './live-decisions.js';
import type { NamedDecision } from './queries/decision-queries.js';
import { readRecord } from './record.js';
import type { Rollups } from './rollups/rollups.js';

/** Emits decisions after they are logged. */
export class LiveLog implements LiveDecisions {
  readonly #kept: { readonly rollups: Rollups };
  readonly #listeners = new Set<OnDecision>();

  constructor(kept: { readonly rollups: Rollups }) {
    this.#kept = kept;
  }

  async recent(): Promise<readonly NamedDecision[]> {
    return this.#kept.rollups.recent.all().flatMap((line) => {
      const decision = readRecord(line);
      if (decision === undefined || decision === 'event') return [];
      return { id: decisionId(decision), decision };
    });
  }

  subscribe(listener: OnDecision): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Free of cost without listeners. */
  note(written: readonly Written[]): void {
    if (this.#listeners.size === 0) return;
    for (const { record } of written) {
      if (record === undefined || 'event' in record) continue;
      const named = { id: decisionId(record), decision: record };
      for (const listener of this.#listeners) listener(named);
    }
  }
}
