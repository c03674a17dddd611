import type { TokenEntry } from '../access/token.js';
import type { Confirmation } from '../domain/confirmation.js';
import { Failure } from '../domain/failure.js';
import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { compilePolicy } from '../policy/compile.js';
import type { Policy } from '../policy/policy.js';
import { withDeadline } from '../runtime/deadline.js';
import { CONFIRMED_FOR, holds } from './in-force.js';
import type { NumberedPart, PartName, Parts, ToPrimary } from './words.js';

/** Milliseconds between two questions: some of them may be late, and nobody waits. */
const INTERVAL = 200;
/** A request waits so long for an answer, in milliseconds. */
const PATIENCE = 5_000;

export interface WorkerInForceParts {
  readonly primary: ToPrimary;
  /** Reads the feed's file. @returns undefined where it cannot be read, or is older than that */
  readonly readFeed: (atLeast: NonNullable<Parts['feed']>) => Promise<MalwareFeed | undefined>;
  /** A clock that never goes back, in milliseconds: it goes on while the process is stopped. */
  readonly clock: () => number;
  /** Calls back again and again. */
  readonly every: (milliseconds: number, callback: () => void) => void;
}

/**
 * A worker's side of what is in force (docs/decisions/0018): it takes over what it is told, asks again and again what is in
 * force, and answers no longer than `CONFIRMED_FOR` after the last question whose answer it holds.
 */
export class WorkerInForce implements Confirmation {
  until = Number.NEGATIVE_INFINITY;
  readonly feed = { current: NO_FEED };
  readonly tokens: { entries: readonly TokenEntry[] } = { entries: [] };
  readonly #parts: WorkerInForceParts;
  readonly #held: Record<PartName, number> = { policy: 0, tokens: 0, feed: 0 };
  #policy: Policy | undefined;
  /** The number of the feed that is being read; 0 where none is. */
  #reading = 0;
  #asking = false;
  #askAgain = false;
  #waiting: { readonly confirmed: Promise<void>; resolve(): void } | undefined;

  constructor(parts: WorkerInForceParts) {
    this.#parts = parts;
    parts.primary.onTold('part', (part) => {
      this.#take(part);
      this.#ask();
    });
  }

  /** To be asked for once it has begun. */
  get policy(): Policy {
    return this.#policy!;
  }

  /** Resolves once all that is in force is held; nothing may be judged before. */
  async begin(): Promise<void> {
    this.#parts.every(INTERVAL, () => this.#ask());
    this.#ask();
    await this.#confirmed();
  }

  async renewed(): Promise<void> {
    this.#ask();
    try {
      await withDeadline(PATIENCE, this.#confirmed());
    } catch (cause) {
      throw new Failure(
        'unconfirmed',
        'The current policy is unknown: the primary does not respond.',
        {
          cause,
          retryAfter: 1_000,
        },
      );
    }
  }

  async #confirmed(): Promise<void> {
    while (this.#parts.clock() >= this.until) {
      if (this.#waiting === undefined) {
        let resolve = () => {};
        const confirmed = new Promise<void>((found) => {
          resolve = found;
        });
        this.#waiting = { confirmed, resolve };
      }
      await this.#waiting.confirmed;
    }
  }

  #ask(): void {
    this.#askAgain = true;
    if (!this.#asking) void this.#askWhileNeeded();
  }

  /** One question at a time. */
  async #askWhileNeeded(): Promise<void> {
    this.#asking = true;
    try {
      while (this.#askAgain) {
        this.#askAgain = false;
        await this.#askOnce();
      }
    } catch {
      // The primary is gone, and this process ends with it.
    } finally {
      this.#asking = false;
    }
  }

  async #askOnce(): Promise<void> {
    const { primary, clock } = this.#parts;
    // What the answer says was so after this: the question, not the answer, may have waited long.
    const asked = clock();
    const { required, parts } = await primary.ask('in-force', { ...this.#held });
    for (const part of parts) this.#take(part);
    if (!holds(this.#held, required)) return;
    this.until = Math.max(this.until, asked + CONFIRMED_FOR);
    if (this.#waiting === undefined) return;
    // An answer that came too late is of no use.
    if (clock() >= this.until) this.#askAgain = true;
    else {
      this.#waiting.resolve();
      this.#waiting = undefined;
    }
  }

  /** Takes a part over, where it is later than the one that is held; the feed once it has been read. */
  #take(part: NumberedPart): void {
    if (part.number <= this.#held[part.name]) return;
    if (part.name === 'feed') return void this.#read(part);
    if (part.name === 'policy')
      this.#policy = compilePolicy(part.content.meaning, part.content.revision);
    else this.tokens.entries = part.content ?? [];
    this.#held[part.name] = part.number;
  }

  /** Where it cannot be read, the next answer offers it again. */
  async #read({ number, content }: NumberedPart<'feed'>): Promise<void> {
    if (number <= this.#reading) return;
    this.#reading = number;
    const feed = content === undefined ? NO_FEED : await this.#parts.readFeed(content);
    if (this.#reading !== number) return;
    this.#reading = 0;
    if (feed === undefined) return;
    this.feed.current = feed;
    this.#held.feed = number;
    this.#ask();
  }
}
