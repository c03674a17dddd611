import { createHash } from 'node:crypto';
import type { Holder, Lost } from '../../fleet/leases.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import type { Seal } from '../seal.js';

/** A lease that is not renewed ends after so long, in milliseconds, by Redis's clock. */
const LIFE = 6_000;
/** A holder may have renewed it so long after its last word, and be gone all the same, in milliseconds. */
const LATE = 1_000;
/** A request waits no longer for one, in milliseconds. */
const ANSWER = 300;
/** What counts the holders of a lease is kept so long after the last of them, in milliseconds. */
const FENCE_LIFE = 24 * 3_600_000;

/** Longer fields are nobody's, in bytes. */
const LONGEST = 1_024;

/**
 * Takes a lease that nobody has, that is one's own, that no replica has signed, or whose holder is lost: that holder must be the one
 * who is named, and what is left of its lease must not be more than what it had when it was heard last.
 * @returns who has it then: owner, fence, URL, signature; and a name of all that
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

/** Lets a lease go on for some time, for whoever has it. */
const RENEW = new Script(`
local held = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])`);

/** Ends a lease, for whoever has it. */
const DROP = new Script(`
local held = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])`);

/** One who holds leases, as the others know it. */
export interface Owner {
  /** Of its run: who starts anew is another. */
  readonly owner: string;
  /** Where the others ask it. */
  readonly url: string;
}

const NOTHING = Buffer.alloc(0);

/** Whom a lease is taken over from. */
export interface LostHolder {
  readonly holder: Holder;
  readonly lost: Lost;
}

/** A lease as it lies in Redis. */
interface Held extends Holder {
  readonly seal: string;
  /** Another one where anything of it is another. */
  readonly state: string;
}

/**
 * Leases in Redis, by what they are of. Owner and fence say whose one is: what comes late from somebody who had it before
 * changes nothing. Its clock is Redis's. Each is signed, so that whoever can write there leads nobody anywhere: a lease that no
 * replica has signed is none.
 */
export class LeaseStore {
  readonly #line: RedisLine;
  readonly #own: Owner;
  readonly #seal: Seal;
  readonly #patience: number;
  readonly #tag: string;

  /**
   * @param patience how long Redis may take to answer, in milliseconds
   * @param tag what the leases are of: begins the hash tag of their keys
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

  /** The key of a lease, for who checks it in one step with something else. */
  keyOf(name: string): string {
    return this.#keys(name)[0];
  }

  /**
   * @param from a holder that is lost, and how
   * @returns who has it: oneself, where the owner is one's own
   * @throws where Redis does not answer
   */
  async take(name: string, from?: LostHolder): Promise<Holder> {
    let held = await this.#take(name, from);
    if (!this.#isSigned(name, held)) held = await this.#take(name, from, held.state);
    if (!this.#isSigned(name, held)) throw new Error('found leases that no replica signed');
    const { owner, fence, url } = held;
    return { owner, fence, url };
  }

  /** @param unsigned the state of a lease that is nobody's */
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

  /**
   * @param life how long it goes on, in milliseconds
   * @returns whether it is still one's own
   */
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

  /** Both in one slot of a cluster. */
  #keys(name: string): readonly [lease: string, fence: string] {
    const tag = `{${this.#tag}:${name}}`;
    return [this.#line.key(`${tag}:lease`), this.#line.key(`${tag}:fence`)];
  }
}

/** What a fill is of, in a form that fits into a key and a path: 64 hexadecimal digits. */
export function nameOfFill(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function readHeld(reply: unknown): Held {
  const fields = Array.isArray(reply) ? reply.map(String) : [];
  const [owner = '', fence = '', url = '', seal = '', state = ''] = fields;
  return { owner, fence: /^\d+$/.test(fence) ? Number(fence) : Number.NaN, url, seal, state };
}
