import type { TokenEntry } from '../access/token.js';
import type { Confirmation } from '../domain/confirmation.js';
import { Failure } from '../domain/failure.js';
import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { compilePolicy } from '../policy/compile.js';
import type { Policy } from '../policy/policy.js';
import { withDeadline } from '../runtime/deadline.js';
import { CONFIRMED_FOR, holds } from './in-force.js';
import type { NumberedPart, PartName, Parts, ToPrimary } from './words.js';

/** Milliseconds between two requests: a few may be late without a delay for clients. */
const INTERVAL = 200;
/** The time that a client's request waits for a reply, in milliseconds. */
const PATIENCE = 5_000;

export interface WorkerInForceParts {
  readonly primary: ToPrimary;
  /** Reads the feed's file. @returns undefined if it is unreadable, or older than `atLeast` */
  readonly readFeed: (atLeast: NonNullable<Parts['feed']>) => Promise<MalwareFeed | undefined>;
  /** A monotonic clock in milliseconds, which continues while the process is suspended. */
  readonly clock: () => number;
  /** Calls back periodically. */
  readonly every: (milliseconds: number, callback: () => void) => void;
}

/**
 * A worker's side of the state in force (docs/decisions/0018): it applies announced changes, requests the state
 * periodically, and serves clients for at most `CONFIRMED_FOR` after the last request whose reply it satisfies.
 */
export class WorkerInForce implements Confirmation {
  until = Number.NEGATIVE_INFINITY;
  readonly feed = { current: NO_FEED };
  readonly tokens: { entries: readonly TokenEntry[] } = { entries: [] };
  readonly #parts: WorkerInForceParts;
  readonly #held: Record<PartName, number> = { policy: 0, tokens: 0, feed: 0 };
  #policy: Policy | undefined;
  /** The number of the feed that is being read; 0 if there is none. */
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

  /** Available after `begin`. */
  get policy(): Policy {
    return this.#policy!;
  }

  /** Resolves when the complete state in force is applied; nothing may be judged before. */
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

  /** One request at a time. */
  async #askWhileNeeded(): Promise<void> {
    this.#asking = true;
    try {
      while (this.#askAgain) {
        this.#askAgain = false;
        await this.#askOnce();
      }
    } catch {
      // The primary has ended, and this process ends with it.
    } finally {
      this.#asking = false;
    }
  }

  async #askOnce(): Promise<void> {
    const { primary, clock } = this.#parts;
    // The reply describes a state after this time: the request itself may have been delayed.
    const asked = clock();
    const { required, parts } = await primary.ask('in-force', { ...this.#held });
    for (const part of parts) this.#take(part);
    if (!holds(this.#held, required)) return;
    this.until = Math.max(this.until, asked + CONFIRMED_FOR);
    if (this.#waiting === undefined) return;
    // A reply that arrived too late is useless.
    if (clock() >= this.until) this.#askAgain = true;
    else {
      this.#waiting.resolve();
      this.#waiting = undefined;
    }
  }

  /** Applies a part if it is newer than the present one; a feed, once it has been read. */
  #take(part: NumberedPart): void {
    if (part.number <= this.#held[part.name]) return;
    if (part.name === 'feed') return void this.#read(part);
    if (part.name === 'policy')
      this.#policy = compilePolicy(part.content.meaning, part.content.revision);
    else this.tokens.entries = part.content ?? [];
    this.#held[part.name] = part.number;
  }

  /** If it is unreadable, the next reply offers it again. */
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
