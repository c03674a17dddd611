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
  /** Receives the problem; undefined when it responds again. */
  readonly onTrouble: (detail: string | undefined) => void;
}

/** The timeout if a request waits for the response, in milliseconds. */
const ANSWER = 100;
/** Consecutive failures before a pause, and its length in milliseconds. */
const MOST_FAILURES = 3;
const ALONE = 5_000;

/** The layout of stored values: versions with another one neither read nor write them. */
const LAYOUT = 1;

/** Commands are paused; the cause was already reported. */
class LeftAlone extends Error {}

/**
 * A machine's single connection for commands to Redis. Each command has a timeout; none waits for a connection, is sent
 * twice, or is sent during a pause after failures. The caller then continues without a response.
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

  /** The full name of a key or channel. */
  key(name: string): string {
    return this.#prefix + name;
  }

  /** Starts to connect and waits for a short time; a slower connection continues in the background. */
  async begin(): Promise<void> {
    try {
      // Its own error is not reported after the timeout.
      await withDeadline(2_000, this.#client.connect());
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * @param limit the timeout in milliseconds
   * @throws the command's error, on a timeout, or immediately during a pause
   */
  async ask<T>(question: (redis: Commands) => Promise<T>, limit = ANSWER): Promise<T> {
    try {
      const answer = await this.#breaker.ask(() => {
        const asked = question(this.#client);
        // After a timeout, nothing else handles its failure.
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
