import type { LiveDecisions } from '../decisions/live-decisions.js';
import type { Member } from './members.js';

/** Forwards live decisions to the workers that have listeners. */
export class PrimaryLive {
  readonly #live: LiveDecisions;
  readonly #listening = new Map<number, () => void>();

  constructor(live: LiveDecisions) {
    this.#live = live;
  }

  attend({ id, channel }: Member): void {
    channel.onAsked('recent-decisions', () => this.#live.recent());
    channel.onTold('listen', ({ isOn }) => {
      this.#stop(id);
      if (isOn)
        this.#listening.set(
          id,
          this.#live.subscribe((named) => channel.tell('decided', named)),
        );
    });
  }

  dismiss({ id }: Member): void {
    this.#stop(id);
  }

  #stop(id: number): void {
    this.#listening.get(id)?.();
    this.#listening.delete(id);
  }
}
