import { createHash } from 'node:crypto';
import type { Holder, Lost } from '../../fleet/leases.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import type { Seal } from '../seal.js';

/** The lifetime of a lease without renewal, in milliseconds, by Redis's clock. */
const LIFE = 6_000;
/** A lost holder may have renewed its lease this long after its last message, in milliseconds. */
const LATE = 1_000;
/** The timeout of a request for a lease, in milliseconds. */
const ANSWER = 300;
/** How long a lease's fence counter is kept after its last holder, in milliseconds. */
const FENCE_LIFE = 24 * 3_600_000;

/** Longer fields are not from a replica, in bytes. */
const LONGEST = 1_024;

/**
 * Takes a lease that is free, one's own, not signed by a replica, or whose holder is lost: the holder must be the named
 * one, and the lease's remaining time must not exceed that at its last message.
 * @returns the present holder: owner, fence, URL, signature; and a digest of these
 */
const TAKE = new Script(`
local function state()
  for _, field in ipairs({'owner', 'fence', 'url', 'seal'}) do
    if redis.call('HSTRLEN', KEYS[1], field) > tonumber(ARGV[9]) then return {'', '', '', '', 'long'} end
  end
  local held = redis.call('HMGET', KEYS[1], 'owner', 'fence', 'url', 'seal')
  for index = 1, 4 do held[index] = held[index] or '' end
  held[5] = redis.sha1hex(table.concat(held, ' '))
  return held
end
local held = state()
if redis.call('EXISTS', KEYS[1]) == 1 and held[1] ~= ARGV[1] and held[5] ~= ARGV[8] then
  local named = held[1] == ARGV[5] and held[2] == ARGV[6]
  if not (named and redis.call('PTTL', KEYS[1]) <= tonumber(ARGV[7])) then return held end
end
local fence = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'fence', fence, 'url', ARGV[2], 'seal', ARGV[10])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return state()`);

/** Renews a lease for its holder. */
const RENEW = new Script(`
local held = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])`);

/** Releases a lease for its holder. */
const DROP = new Script(`
local held = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])`);

/** A holder of leases, as the others see it. */
export interface Owner {
  /** Identifies its run: a restart changes it. */
  readonly owner: string;
  /** The URL for requests of the others. */
  readonly url: string;
}

const NOTHING = Buffer.alloc(0);

/** The holder that a lease is taken from. */
export interface LostHolder {
  readonly holder: Holder;
  readonly lost: Lost;
}

/** A lease as stored in Redis. */
interface Held extends Holder {
  readonly seal: string;
  /** Changes with any of its fields. */
  readonly state: string;
}

/**
 * Leases in Redis, by their subject. Owner and fence identify the holder, so a late message of a former one has no
 * effect. Redis's clock applies. Each lease is signed, so someone with write access to Redis cannot redirect a replica:
 * an unsigned lease counts as free.
 */
export class LeaseStore {
  readonly #line: RedisLine;
  readonly #own: Owner;
  readonly #seal: Seal;
  readonly #patience: number;
  readonly #tag: string;

  /**
   * @param patience the timeout for Redis, in milliseconds
   * @param tag the subject of the leases: the start of the hash tag of their keys
   */
  constructor(line: RedisLine, own: Owner, seal: Seal, patience = ANSWER, tag = 'f') {
    this.#line = line;
    this.#own = own;
    this.#seal = seal;
    this.#patience = patience;
    this.#tag = tag;
  }

  get owner(): string {
    return this.#own.owner;
  }

  /** The key of a lease, for scripts that check it together with other keys. */
  keyOf(name: string): string {
    return this.#keys(name)[0];
  }

  /**
   * @param from a lost holder, and how it was lost
   * @returns the holder: this replica, if the owner is its own
   * @throws if Redis does not respond
   */
  async take(name: string, from?: LostHolder): Promise<Holder> {
    let held = await this.#take(name, from);
    if (!this.#isSigned(name, held)) held = await this.#take(name, from, held.state);
    if (!this.#isSigned(name, held)) throw new Error('found leases that no replica signed');
    const { owner, fence, url } = held;
    return { owner, fence, url };
  }

  /** @param unsigned the state of an unsigned lease */
  async #take(name: string, from: LostHolder | undefined, unsigned = ''): Promise<Held> {
    const { owner, url } = this.#own;
    const since = from?.lost.how === 'silent' ? Math.max(0, from.lost.since - LATE) : 0;
    const last = [from?.holder.owner ?? '', from?.holder.fence ?? '', Math.floor(LIFE - since)];
    const seal = this.#signatureOf(name, this.#own);
    const args = [owner, url, LIFE, FENCE_LIFE, ...last, unsigned, LONGEST, seal];
    return readHeld(await this.#run(TAKE, this.#keys(name), args));
  }

  #isSigned(name: string, held: Held): boolean {
    return Number.isSafeInteger(held.fence) && held.seal === this.#signatureOf(name, held);
  }

  #signatureOf(name: string, { owner, url }: Owner): string {
    return this.#seal.seal(['lease', name, owner, url], NOTHING).toString('hex');
  }

  /** @param life the new lifetime in milliseconds @returns whether it is still this replica's */
  async renew(name: string, fence: number, life = LIFE): Promise<boolean> {
    const [key] = this.#keys(name);
    const { owner } = this.#own;
    return (await this.#run(RENEW, [key], [owner, fence, life])) === 1;
  }

  async drop(name: string, fence: number): Promise<void> {
    const [key] = this.#keys(name);
    const { owner } = this.#own;
    await this.#run(DROP, [key], [owner, fence]);
  }

  #run(script: Script, keys: readonly string[], args: readonly (string | number)[]) {
    return this.#line.ask((redis) => script.run(redis, keys, args), this.#patience);
  }

  /** Both are in one slot of a cluster. */
  #keys(name: string): readonly [lease: string, fence: string] {
    const tag = `{${this.#tag}:${name}}`;
    return [this.#line.key(`${tag}:lease`), this.#line.key(`${tag}:fence`)];
  }
}

/** The subject of a fill as part of a key and a path: 64 hexadecimal digits. */
export function nameOfFill(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function readHeld(reply: unknown): Held {
  const fields = Array.isArray(reply) ? reply.map(String) : [];
  const [owner = '', fence = '', url = '', seal = '', state = ''] = fields;
  return { owner, fence: /^\d+$/.test(fence) ? Number(fence) : Number.NaN, url, seal, state };
}
