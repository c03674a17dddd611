import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import type { Every } from '../../runtime/change-watch.js';
import { OnceMore } from '../../runtime/once-more.js';
import type { Seal } from '../seal.js';
import { fieldOf, type ReplicaEntry, readEntry, writeEntry } from './replica-entry.js';
import { BEAT, isForgotten, lastKnown, type Roster, rosterOf, SILENT_AFTER } from './roster.js';

/** The variable part of a replica's entry. */
export type OwnState = Pick<ReplicaEntry, 'revision' | 'policySeq' | 'decided'>;

export interface HeartbeatParts {
  readonly line: Pick<RedisLine, 'ask' | 'key'>;
  readonly seal: Seal;
  readonly every: Every;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly now: () => number;
  readonly own: () => OwnState;
  /** Receives the roster after each heartbeat. */
  readonly onRoster: (roster: Roster) => void;
  /** The number of values that were not signed with our secret, at each read. */
  readonly onUnsigned: (count: number) => void;
}

/** The timeout in milliseconds; no client waits for it. */
const PATIENCE = 1_000;
/**
 * Maximum number of entries that are read, and their size in bytes: someone with write access to Redis must not exhaust
 * our memory.
 */
const MOST_ENTRIES = 200;
const LONGEST_ENTRY = 4_096;

/**
 * Writes this replica's entry and reads the others' in one round trip. Oversized entries are not transferred. The time
 * is requested separately, because a Redis user may lack that permission.
 */
const SAY = new Script(`
local time = redis.pcall('TIME')
if time.err then time = { '', '' } end
if ARGV[1] ~= '' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
local all = redis.call('HGETALL', KEYS[1])
local found = { time[1], time[2] }
for i = 1, #all, 2 do
  if #found < 2 + 2 * ${MOST_ENTRIES} and #all[i] < ${LONGEST_ENTRY} and #all[i + 1] < ${LONGEST_ENTRY} then
    found[#found + 1] = all[i]
    found[#found + 1] = all[i + 1]
  end
end
return found`);

/**
 * Announces this replica with its state to the others, and tracks which ones are present. No response to a client
 * depends on it.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #identity: Omit<ReplicaEntry, keyof OwnState | 'started' | 'at'>;
  readonly #key: string;
  /** Redis' clock minus this machine's, in milliseconds; undefined until it is measured. */
  #ahead: number | undefined;
  #isClockKnown = false;
  #started: number;
  #entries: readonly ReplicaEntry[] = [];
  /** When it was measured, by this machine's clock; initially the start. */
  #heardAt: number;
  /** Whether Redis responded to the last heartbeat. */
  #isAnswered = true;
  /** Since when Redis has responded again, by its clock. */
  #answersSince = Number.NEGATIVE_INFINITY;
  /** A change during a heartbeat is sent with the next. */
  readonly #beats = new OnceMore(() => this.#beat());
  #stop = () => {};

  constructor(
    identity: Omit<ReplicaEntry, keyof OwnState | 'started' | 'at'>,
    parts: HeartbeatParts,
  ) {
    this.#identity = identity;
    this.#parts = parts;
    this.#key = parts.line.key('replicas');
    this.#started = parts.now();
    this.#heardAt = parts.now();
  }

  /** Redis' clock minus this machine's, in milliseconds; undefined if unknown. */
  get ahead(): number | undefined {
    return this.#isClockKnown ? this.#ahead : undefined;
  }

  /** The present replicas, or the last known ones if Redis does not respond. */
  get roster(): Roster {
    const isStale = this.#parts.now() - this.#heardAt > SILENT_AFTER;
    const asOf = this.#heardAt + (this.#ahead ?? 0);
    if (!this.#isAnswered || isStale) return lastKnown(this.#entries, this.#own(), asOf);
    return rosterOf(this.#entries, this.#own(), this.redisNow, this.#answersSince);
  }

  /** Milliseconds since 1970, by Redis' clock if it is known. */
  get redisNow(): number {
    return this.#parts.now() + (this.#ahead ?? 0);
  }

  /** Starts periodic heartbeats. Resolves after the first, even if it failed. */
  async begin(): Promise<void> {
    this.#stop = this.#parts.every(BEAT, () => this.beat());
    await this.beat();
  }

  /** Sends a heartbeat now. Never rejects: a lost one is repeated. */
  beat(): Promise<void> {
    return this.#beats.run();
  }

  /** Removes its entry, so a replica that ends is not silent. */
  async close(): Promise<void> {
    this.#stop();
    await this.#beats.settled();
    const field = fieldOf(this.#identity);
    await this.#parts.line.ask((redis) => redis.hdel(this.#key, field), PATIENCE).catch(() => {});
  }

  async #beat(): Promise<void> {
    try {
      // The entry contains Redis' time, which must be measured first.
      if (this.#ahead === undefined) {
        await this.#ask('', '');
        this.#started = this.redisNow;
      }
      const own = this.#own();
      await this.#ask(fieldOf(own), writeEntry(own, this.#parts.seal));
      if (!this.#isAnswered) this.#answersSince = this.redisNow;
      this.#isAnswered = true;
    } catch {
      // The connection reports the reason.
      this.#isAnswered = false;
    }
    this.#parts.onRoster(this.roster);
  }

  async #ask(field: string, value: string | Buffer): Promise<void> {
    const { line, now } = this.#parts;
    const asked = now();
    const [seconds, micros, ...found] = (await line.ask(
      (redis) => SAY.run(redis, [this.#key], [field, value]),
      PATIENCE,
    )) as Buffer[];
    const answered = now();
    const time = Number(seconds) * 1_000 + Number(micros) / 1_000;
    this.#isClockKnown = seconds !== undefined && seconds.length > 0;
    // The middle between request and response.
    this.#ahead = this.#isClockKnown ? Math.round(time - (asked + answered) / 2) : 0;
    this.#heardAt = answered;
    this.#take(found);
  }

  #take(found: readonly Buffer[]): void {
    const { seal, onUnsigned, line } = this.#parts;
    const entries: ReplicaEntry[] = [];
    let unsigned = 0;
    for (let at = 0; at + 1 < found.length; at += 2) {
      const entry = readEntry(found[at]!.toString('utf8'), found[at + 1]!, seal);
      if (entry === undefined) unsigned += 1;
      else entries.push(entry);
    }
    onUnsigned(unsigned);
    const gone = entries.filter((entry) => isForgotten(entry, this.redisNow)).map(fieldOf);
    if (gone.length > 0) line.ask((redis) => redis.hdel(this.#key, ...gone)).catch(() => {});
    this.#entries = entries;
  }

  #own(): ReplicaEntry {
    return {
      ...this.#identity,
      ...this.#parts.own(),
      started: this.#started,
      at: this.redisNow,
    };
  }
}
