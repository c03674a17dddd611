import type { NamedDecision } from './queries/decision-queries.js';

export type OnDecision = (named: NamedDecision) => void;

/** A live stream of decisions. */
export interface LiveDecisions {
  /** The last that were made, the oldest first. */
  recent(): Promise<readonly NamedDecision[]>;
  /** Calls back with each later one. @returns a function that ends the subscription */
  subscribe(listener: OnDecision): () => void;
}
