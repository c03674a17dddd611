import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import type { Every } from '../../runtime/change-watch.js';
import { OnceMore } from '../../runtime/once-more.js';
import type { Seal } from '../seal.js';
import { fieldOf, type ReplicaEntry, readEntry, writeEntry } from './replica-entry.js';
import { BEAT, isForgotten, lastKnown, type Roster, rosterOf, SILENT_AFTER } from './roster.js';

/** What changes of what a replica says of itself. */
export type OwnState = Pick<ReplicaEntry, 'revision' | 'policySeq' | 'decided'>;

export interface HeartbeatParts {
  readonly line: Pick<RedisLine, 'ask' | 'key'>;
  readonly seal: Seal;
  readonly every: Every;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly now: () => number;
  readonly own: () => OwnState;
  /** Told of who is there, after each word. */
  readonly onRoster: (roster: Roster) => void;
  /** How many values there are that nobody with our secret has left, each time they are looked at. */
  readonly onUnsigned: (count: number) => void;
}

/** It is nobody's request that waits for it, in milliseconds. */
const PATIENCE = 1_000;
/** So many entries are looked at, of so many bytes each: whoever can write to Redis does not fill our memory. */
const MOST_ENTRIES = 200;
const LONGEST_ENTRY = 4_096;

/**
 * Says what this one is, and asks what the others have said: one trip. What is too long is left there.
 * The time is asked for apart, for a user of Redis may not be allowed to.
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
 * Lets the other replicas know that this one is there, and what it goes by; knows who else is. Nothing that is answered
 * to a client depends on it.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #identity: Omit<ReplicaEntry, keyof OwnState | 'started' | 'at'>;
  readonly #key: string;
  /** Of Redis' clock before this machine's, in milliseconds; undefined where it was not told yet. */
  #ahead: number | undefined;
  #isClockKnown = false;
  #started: number;
  #entries: readonly ReplicaEntry[] = [];
  /** When that was told, by this machine's clock; before the first time, when it began. */
  #heardAt: number;
  /** Whether Redis has answered the last word. */
  #isAnswered = true;
  /** Since when it has again, by its clock. */
  #answersSince = Number.NEGATIVE_INFINITY;
  /** What changes while one word is on its way is said with the next. */
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

  /** By how much Redis' clock is before this machine's, in milliseconds; undefined where that is not known. */
  get ahead(): number | undefined {
    return this.#isClockKnown ? this.#ahead : undefined;
  }

  /** Who is there; who was, where Redis does not answer. */
  get roster(): Roster {
    const isStale = this.#parts.now() - this.#heardAt > SILENT_AFTER;
    const asOf = this.#heardAt + (this.#ahead ?? 0);
    if (!this.#isAnswered || isStale) return lastKnown(this.#entries, this.#own(), asOf);
    return rosterOf(this.#entries, this.#own(), this.redisNow, this.#answersSince);
  }

  /** Milliseconds since 1970, by Redis' clock as far as it is known. */
  get redisNow(): number {
    return this.#parts.now() + (this.#ahead ?? 0);
  }

  /** Begins to say so every few seconds. Resolves once it was said first, or could not be. */
  async begin(): Promise<void> {
    this.#stop = this.#parts.every(BEAT, () => this.beat());
    await this.beat();
  }

  /** Says so now. Never rejects: what Redis does not hear is said again. */
  beat(): Promise<void> {
    return this.#beats.run();
  }

  /** Takes its word back: whoever ends is not silent. */
  async close(): Promise<void> {
    this.#stop();
    await this.#beats.settled();
    const field = fieldOf(this.#identity);
    await this.#parts.line.ask((redis) => redis.hdel(this.#key, field), PATIENCE).catch(() => {});
  }

  async #beat(): Promise<void> {
    try {
      // What it says bears the time of Redis, which has to be known first.
      if (this.#ahead === undefined) {
        await this.#ask('', '');
        this.#started = this.redisNow;
      }
      const own = this.#own();
      await this.#ask(fieldOf(own), writeEntry(own, this.#parts.seal));
      if (!this.#isAnswered) this.#answersSince = this.redisNow;
      this.#isAnswered = true;
    } catch {
      // The line tells why.
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
    // Between question and answer.
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
