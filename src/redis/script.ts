import { createHash } from 'node:crypto';
import type { Commands } from './client.js';

/** A program that Redis runs atomically. It returns bytes; its keys are in one slot of a cluster. */
export class Script {
  readonly #lua: string;
  readonly #digest: string;

  constructor(lua: string) {
    this.#lua = lua;
    this.#digest = createHash('sha1').update(lua).digest('hex');
  }

  /** Sends the full text only to a server that does not have it. */
  async run(
    redis: Commands,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    const given = [keys.length, ...keys, ...args];
    try {
      return await redis.callBuffer('EVALSHA', this.#digest, ...given);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.callBuffer('EVAL', this.#lua, ...given);
    }
  }
}
