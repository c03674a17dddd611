import type { Written } from '../../decisions/file-log.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import type { Every } from '../../runtime/change-watch.js';
import type { Seal } from '../seal.js';
import { LONGEST, readTold } from './envelope.js';
import { Runs } from './runs.js';

export interface FollowingParts {
  /** The replica's own name, to skip its own messages: its own log has them. */
  readonly self: string;
  readonly line: Pick<RedisLine, 'ask' | 'key'>;
  readonly seal: Seal;
  readonly every: Every;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Receives other replicas' decisions in order. @param upTo the position to resume from after a restart */
  readonly onHeard: (heard: readonly Written[], upTo: string) => Promise<void>;
  /** The numbers of received, missed and unsigned decisions. */
  readonly onCounted: (counts: HeardCounts) => void;
  /** Called after each read: whether Redis responded and everything was read. */
  readonly onLooked: (isAnswered: boolean) => void;
}

export interface HeardCounts {
  readonly heard: number;
  readonly missed: number;
  readonly unsigned: number;
}

/** Milliseconds between two reads. */
const LOOK = 250;
/** Entries per read. */
const BATCH = 500;
/** The timeout in milliseconds; no client waits for it. */
const PATIENCE = 2_000;
/** After this long without a read, in milliseconds, missed entries may already be deleted. */
const AWAY = 10_000;
const BEGINNING = '0-0';

/**
 * The entries after a position, with the ids of the first and last of all. Anyone with write access to Redis may add
 * any entry, so an oversized one is not transferred.
 */
const BEHIND = new Script(`
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local found = { first[1] and first[1][1] or '', last[1] and last[1][1] or '' }
-- There is nothing behind the last name that an entry can have, and Redis says so by an error.
local behind = redis.pcall('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ${BATCH})
for _, entry in ipairs(behind.err and {} or behind) do
  local value = ''
  if entry[2][1] == 'v' and #entry[2][2] <= ${LONGEST} then value = entry[2][2] end
  found[#found + 1] = entry[1]
  found[#found + 1] = value
end
return found`);

/**
 * Follows the decisions of the other replicas. Each replica reads all of them itself, and detects missed ones by their
 * numbers.
 */
export class Following {
  readonly #parts: FollowingParts;
  readonly #key: string;
  readonly #runs: Runs;
  /** The id of the last entry that was read. */
  #id: string;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #stop = () => {};

  /** @param upTo as passed to `onHeard`; undefined for all entries in Redis */
  constructor(parts: FollowingParts, upTo: string | undefined) {
    this.#parts = parts;
    this.#key = parts.line.key('decisions');
    const { id, runs } = readPlace(upTo);
    this.#id = id;
    this.#runs = new Runs(runs);
  }

  /** The received decisions of each replica. */
  get runs(): Runs {
    return this.#runs;
  }

  begin(): void {
    this.#stop = this.#parts.every(LOOK, () => this.look());
  }

  /** Reads new entries. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .then(
        () => this.#parts.onLooked(true),
        // The connection reports the reason.
        () => this.#parts.onLooked(false),
      )
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#looking;
  }

  async #look(): Promise<void> {
    for (;;) {
      const { line } = this.#parts;
      const [first, last, ...entries] = (await line.ask(
        (redis) => BEHIND.run(redis, [this.#key], [this.#id]),
        PATIENCE,
      )) as Buffer[];
      // After a flush, or on a server with less data than the previous one, the ids start again.
      if (isBefore(String(last), this.#id)) this.#id = BEGINNING;
      else if (this.#isBehind(String(first))) this.#runs.missAll(this.#nowText());
      if (entries.length > 0) await this.#take(entries);
      if (entries.length < 2 * BATCH) return;
    }
  }

  /**
   * Whether Redis may have deleted unread entries. For replicas that continue, their numbers show it too, but not for
   * those that have ended meanwhile.
   */
  #isBehind(first: string): boolean {
    const now = this.#parts.now();
    const wasAway = now - this.#lookedAt > AWAY;
    this.#lookedAt = now;
    return wasAway && this.#id !== BEGINNING && isBefore(this.#id, first);
  }

  async #take(entries: readonly Buffer[]): Promise<void> {
    const { self, seal, onHeard, onCounted } = this.#parts;
    const heard: Written[] = [];
    let [missed, unsigned] = [0, 0];
    for (let at = 0; at + 1 < entries.length; at += 2) {
      const told = readTold(entries[at + 1]!, seal);
      if (told === undefined) {
        unsigned += 1;
        continue;
      }
      if (told.replica === self) continue;
      const { record, line } = told;
      const gap = this.#runs.note(told, record?.time ?? this.#nowText());
      if (gap === undefined) continue;
      missed += gap;
      if (record !== undefined && line !== undefined) heard.push({ record, line });
    }
    this.#id = entries.at(-2)!.toString('utf8');
    onCounted({ heard: heard.length, missed, unsigned });
    await onHeard(heard, JSON.stringify({ id: this.#id, runs: this.#runs }));
  }

  #nowText(): string {
    return new Date(this.#parts.now()).toISOString();
  }
}

/** Compares Redis's ids: milliseconds and a number. An empty id precedes none. */
function isBefore(a: string, b: string): boolean {
  if (a === '') return false;
  const [timeA = 0, numberA = 0] = a.split('-').map(Number);
  const [timeB = 0, numberB = 0] = b.split('-').map(Number);
  return timeA < timeB || (timeA === timeB && numberA < numberB);
}

function readPlace(text: string | undefined): { id: string; runs: unknown } {
  const place = text === undefined ? {} : (JSON.parse(text) as { id?: unknown; runs?: unknown });
  const isId = typeof place.id === 'string' && /^\d{1,20}-\d{1,20}$/.test(place.id);
  return { id: isId ? String(place.id) : BEGINNING, runs: place.runs };
}
