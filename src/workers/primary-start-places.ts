import type { Member } from './members.js';

/** Orders the artifacts with start places that workers announce: each goes to the others before the reply. */
export class PrimaryStartPlaces {
  readonly #members: () => readonly Member[];
  readonly #now: () => number;
  #last = 0;

  /** @param now milliseconds since 1970 */
  constructor(members: () => readonly Member[], now: () => number) {
    this.#members = members;
    this.#now = now;
  }

  /** Serves one worker. */
  attend(member: Member): void {
    member.channel.onAsked('start-places', async (artifact) => {
      // No two are equal; the clock may have been set back.
      this.#last = Math.max(this.#now(), this.#last + 0.001);
      const since = this.#last;
      for (const other of this.#members())
        if (other !== member) other.channel.tell('start-places', { artifact, since });
      return since;
    });
  }
}
