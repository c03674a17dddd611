import type { ShortLeases } from '../fleet/short-leases.js';
import type { RedisLine } from '../redis/redis-line.js';

/** Short leases among replicas, in Redis. */
export class RedisShortLeases implements ShortLeases {
  readonly #line: Pick<RedisLine, 'ask' | 'key'>;

  constructor(line: Pick<RedisLine, 'ask' | 'key'>) {
    this.#line = line;
  }

  async take(key: string, lasts: number): Promise<boolean> {
    const name = this.#line.key(`short-lease:${key}`);
    try {
      return await this.#line.ask(async (redis) => {
        if ((await redis.set(name, '', 'PX', lasts, 'NX')) === 'OK') return true;
        // Not a lease of a replica: it would not expire, or too late.
        const left = await redis.pttl(name);
        if (left >= 0 && left <= lasts) return false;
        await redis.set(name, '', 'PX', lasts);
        return true;
      });
    } catch {
      return true;
    }
  }
}
