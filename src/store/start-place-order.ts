import type { MetArtifact } from '../domain/start-partners.js';

/**
 * The order in which the processes of a machine see artifacts with start places: two may inspect the halves of a pair at
 * once. It is the same for all, and a process that has its own place in it knows all earlier artifacts.
 */
export interface StartPlaceOrder {
  /** Announces an artifact. @returns its place in the order, in milliseconds since 1970 */
  announce(artifact: MetArtifact): Promise<number>;
  /** Calls back with the artifacts of the others. */
  onAnnounced(listener: (artifact: MetArtifact, since: number) => void): void;
}
