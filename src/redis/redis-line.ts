import { Breaker } from '../runtime/breaker.js';
import { withDeadline } from '../runtime/deadline.js';
import { type Commands, createClient, type RedisClient, type RedisSettings } from './client.js';
import { isUseless, NO_CONNECTION, wordsOf } from './redis-error.js';

export interface RedisLineSettings extends RedisSettings {
  /** Prefix of keys and channels. */
  readonly prefix: string;
}

export interface RedisLineParts {
  readonly now: () => number;
  /** Told what is wrong with it, and of undefined once it answers again. */
  readonly onTrouble: (detail: string | undefined) => void;
}

/** Until there is an answer, where a request waits for it, in milliseconds. */
const ANSWER = 100;
/** Failures in a row after which it is left alone, and for how long, in milliseconds. */
const MOST_FAILURES = 3;
const ALONE = 5_000;

/** What is kept is laid out as this version does it: others neither read nor write it. */
const LAYOUT = 1;

/** It is left alone for now; what it failed with was told before. */
class LeftAlone extends Error {}

/**
 * The one connection of a machine over which Redis is asked. Each question has a time limit; none waits for a
 * connection, is sent twice, or is asked at all where the last ones failed. Whoever asks goes on without an answer.
 */
export class RedisLine {
  readonly #client: RedisClient;
  readonly #breaker: Breaker;
  readonly #onTrouble: (detail: string | undefined) => void;
  readonly #prefix: string;
  #trouble: string | undefined;
  /** Why there is no connection. */
  #cause: string | undefined;

  constructor(settings: RedisLineSettings, { now, onTrouble }: RedisLineParts) {
    this.#onTrouble = onTrouble;
    this.#prefix = `${settings.prefix}:${LAYOUT}:`;
    this.#client = createClient(settings);
    this.#client.on('error', (error) => {
      this.#cause = wordsOf(error);
      this.#tell(this.#cause);
    });
    this.#client.on('ready', () => {
      this.#cause = undefined;
    });
    this.#breaker = new Breaker({
      now,
      patience: MOST_FAILURES,
      shortest: ALONE,
      longest: ALONE,
      refuse: () => new LeftAlone(),
      says: (error) => (isUseless(error) ? 'gone' : 'there'),
    });
  }

  /** The whole name of a key or channel. */
  key(name: string): string {
    return this.#prefix + name;
  }

  /** Begins to connect, and waits for that a short while: where it takes longer, it goes on in the background. */
  async begin(): Promise<void> {
    try {
      // Its own end is not told of where it takes too long.
      await withDeadline(2_000, this.#client.connect());
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * @param limit to its answer, in milliseconds
   * @throws what it fails with, that it took too long, or at once where it is left alone
   */
  async ask<T>(question: (redis: Commands) => Promise<T>, limit = ANSWER): Promise<T> {
    try {
      const answer = await this.#breaker.ask(() => {
        const asked = question(this.#client);
        // Nobody may be waiting any more when it fails.
        asked.catch(() => {});
        return withDeadline(limit, asked);
      });
      this.#tell(undefined);
      return answer;
    } catch (error) {
      if (!(error instanceof LeftAlone) && isUseless(error)) this.#fail(error);
      throw error;
    }
  }

  close(): void {
    this.#client.disconnect();
  }

  #fail(error: unknown): void {
    const words = wordsOf(error);
    this.#tell(words === NO_CONNECTION ? (this.#cause ?? words) : words);
  }

  #tell(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#onTrouble(trouble);
  }
}
