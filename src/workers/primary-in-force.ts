import { CONFIRMED_FOR, holds, PART_NAMES } from './in-force.js';
import type { Member } from './members.js';
import type { InForce, NumberedPart, Numbers, PartName, Parts } from './words.js';

/** A worker needs seconds to read a feed; for this long, in milliseconds, it may use the previous one. */
const FEED_PATIENCE = 15_000;
/** Milliseconds between two checks that all workers have a change. */
const LOOK = 10;
const NONE: Numbers = { policy: 0, tokens: 0, feed: 0 };

export interface PrimaryInForceParts {
  /** A monotonic clock, in milliseconds. */
  readonly clock: () => number;
  readonly after: (milliseconds: number, callback: () => void) => void;
  /** A worker has confirmed the state in force. */
  readonly onHeld: (member: Member) => void;
}

/** The state of one worker. */
interface Known {
  held: Numbers;
  /** The end of its permission to respond, if it has one. */
  until: number;
}

/**
 * The primary's side of the state in force (docs/decisions/0018). It numbers each part, announces changes to workers,
 * and replies to their requests. Correctness does not depend on a message's arrival: a worker that misses one loses its
 * confirmation.
 */
export class PrimaryInForce {
  readonly #parts: PrimaryInForceParts;
  #newest: { [Name in PartName]: NumberedPart<Name> };
  readonly #required: Record<PartName, number> = { policy: 1, tokens: 1, feed: 1 };
  readonly #members = new Map<Member, Known>();

  constructor({ policy, tokens, feed }: Parts, parts: PrimaryInForceParts) {
    this.#parts = parts;
    this.#newest = {
      policy: { name: 'policy', number: 1, content: policy },
      tokens: { name: 'tokens', number: 1, content: tokens },
      feed: { name: 'feed', number: 1, content: feed },
    };
  }

  /** Serves one worker. */
  attend(member: Member): void {
    const known: Known = { held: NONE, until: Number.NEGATIVE_INFINITY };
    this.#members.set(member, known);
    member.channel.onAsked('in-force', async (held) => this.#answer(member, known, held));
  }

  dismiss(member: Member): void {
    this.#members.delete(member);
  }

  /** Puts a part in force. Resolves when no worker uses the previous one. */
  async change<Name extends PartName>(name: Name, content: Parts[Name]): Promise<void> {
    const number = this.#newest[name].number + 1;
    this.#newest = { ...this.#newest, [name]: { name, number, content } };
    for (const { channel } of this.#members.keys()) channel.tell('part', this.#newest[name]);
    const allHold = () => this.#allHold(name, number);
    // A part that is slow to prepare is prepared while the previous one is still in force.
    if (name === 'feed') await this.#until(allHold, FEED_PATIENCE);
    this.#required[name] = Math.max(this.#required[name], number);
    await this.#until(allHold, CONFIRMED_FOR);
  }

  #answer(member: Member, known: Known, held: Numbers): InForce {
    known.held = held;
    const required = { ...this.#required };
    if (holds(held, required)) this.#parts.onHeld(member);
    // Its request precedes the reply, so its state is confirmed for no longer.
    known.until = this.#parts.clock() + CONFIRMED_FOR;
    const parts = PART_NAMES.map((name) => this.#newest[name]);
    return { required, parts: parts.filter(({ name, number }) => held[name] < number) };
  }

  /** Whether all workers that may respond have it. */
  #allHold(name: PartName, number: number): boolean {
    const now = this.#parts.clock();
    return [...this.#members.values()].every(
      ({ held, until }) => held[name] >= number || until <= now,
    );
  }

  #until(isSo: () => boolean, patience: number): Promise<void> {
    const { clock, after } = this.#parts;
    const end = clock() + patience;
    return new Promise((resolve) => {
      const look = (): void => {
        if (isSo() || clock() >= end) resolve();
        else after(LOOK, look);
      };
      look();
    });
  }
}
