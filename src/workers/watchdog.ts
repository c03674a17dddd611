import type { Member } from './members.js';

export interface WatchdogParts {
  /** Calls back again and again, about once a second. */
  readonly every: (callback: () => void) => void;
  /** This one is to be replaced. @param seconds for which it was silent */
  readonly onSilent: (member: Member, seconds: number) => void;
}

/** A worker that holds what is in force says so several times a second; after so many seconds without, it hangs. */
const SILENCE = 10;
/** One that begins has so many seconds until it first does: a large feed takes some. */
const BEGIN = 60;

/**
 * Notices workers that hang. It counts its own looks and not the time: where this process was stopped itself, nobody has been
 * silent meanwhile.
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
