import type { NamedDecision } from './queries/decision-queries.js';

export type OnDecision = (named: NamedDecision) => void;

/** Decisions as they are made. */
export interface LiveDecisions {
  /** The last that were made, the oldest first. */
  recent(): Promise<readonly NamedDecision[]>;
  /** Calls back with each that follows. @returns what ends that */
  subscribe(listener: OnDecision): () => void;
}
