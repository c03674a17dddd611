import type { MetArtifact } from '../domain/start-partners.js';
import type { StartPlaceOrder } from '../store/start-place-order.js';
import type { ToPrimary } from './words.js';

/** A worker's side of the order, which the primary gives. Messages arrive in order, so earlier artifacts precede a reply. */
export class WorkerStartPlaces implements StartPlaceOrder {
  readonly #primary: ToPrimary;

  constructor(primary: ToPrimary) {
    this.#primary = primary;
  }

  /** @throws {ChannelError} if the primary is gone, which ends the worker as well */
  announce(artifact: MetArtifact): Promise<number> {
    return this.#primary.ask('start-places', artifact);
  }

  onAnnounced(listener: (artifact: MetArtifact, since: number) => void): void {
    this.#primary.onTold('start-places', ({ artifact, since }) => listener(artifact, since));
  }
}
