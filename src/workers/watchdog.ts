import type { Member } from './members.js';

export interface WatchdogParts {
  /** Calls back about once per second. */
  readonly every: (callback: () => void) => void;
  /** The worker must be replaced. @param seconds without a message */
  readonly onSilent: (member: Member, seconds: number) => void;
}

/** A working worker confirms its state several times per second; after this many seconds without, it hangs. */
const SILENCE = 10;
/** The seconds that a new worker has for its first confirmation: a large feed takes some. */
const BEGIN = 60;

/**
 * Detects workers that hang. It counts its own checks instead of time, so a pause of this process is not taken for a
 * worker's silence.
 */
export class Watchdog {
  readonly #silent = new Map<Member, { looks: number; most: number }>();

  constructor({ every, onSilent }: WatchdogParts) {
    every(() => {
      for (const [member, silence] of this.#silent) {
        silence.looks += 1;
        if (silence.looks > silence.most) onSilent(member, silence.looks);
      }
    });
  }

  attend(member: Member): void {
    this.#silent.set(member, { looks: 0, most: BEGIN });
  }

  heard(member: Member): void {
    if (this.#silent.has(member)) this.#silent.set(member, { looks: 0, most: SILENCE });
  }

  dismiss(member: Member): void {
    this.#silent.delete(member);
  }
}
