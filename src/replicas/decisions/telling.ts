import type { Written } from '../../decisions/file-log.js';
import { isOfRequest } from '../../decisions/record.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import type { Timers } from '../../runtime/timers.js';
import type { Seal } from '../seal.js';
import { LONGEST, type Told, writeTold } from './envelope.js';
import type { Decided } from './hearing.js';

export interface TellingParts {
  readonly line: Pick<RedisLine, 'ask' | 'key'>;
  readonly seal: Seal;
  readonly timers: Pick<Timers, 'after'>;
  readonly onSent: (count: number) => void;
  /** The number of decisions that will not be sent to the others. */
  readonly onDropped: (count: number) => void;
}

/** Decisions within this time are sent together, in milliseconds. */
const STEP = 50;
/** The delay after a failure, in milliseconds. */
const PAUSE = 1_000;
/** Decisions per message. */
const BATCH = 256;
/** Maximum number of queued decisions: beyond it, the oldest are dropped. */
const MOST_WAITING = 20_000;
const MOST_CHARACTERS = 16 * 2 ** 20;
/** The timeout in milliseconds; no client waits for it. */
const PATIENCE = 1_000;
/** The approximate number of entries in Redis, for all replicas: usually 73 MB. */
const KEPT = 100_000;
/**
 * Adds one entry. Anyone with write access to Redis may have replaced the stream, or added an entry with the highest
 * id: then it is restarted, and the others detect the loss by the numbers.
 */
const ADD = new Script(`
local function add()
  return redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ${KEPT}, '*', 'v', ARGV[1])
end
local added = add()
if type(added) ~= 'table' or not added.err then return 1 end
if not (added.err:find('exhausted') or added.err:find('equal or smaller') or added.err:find('WRONGTYPE')) then
  return added
end
redis.call('DEL', KEYS[1])
added = add()
return type(added) == 'table' and added.err and added or 1`);
/** The timeout at the end, in milliseconds. */
const LAST_PATIENCE = 3_000;

/**
 * Sends this replica's decisions to the others after they are in its own log. Decisions that Redis does not accept for
 * too long are dropped, which the others detect by the numbers.
 */
export class Telling {
  readonly #parts: TellingParts;
  readonly #head: Pick<Told, 'replica' | 'run'>;
  readonly #key: string;
  #number = 0;
  #waiting: Told[] = [];
  #characters = 0;
  #sending: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(head: Pick<Told, 'replica' | 'run'>, parts: TellingParts) {
    this.#head = head;
    this.#parts = parts;
    this.#key = parts.line.key('decisions');
  }

  /** This run's number of decisions. */
  get decided(): Decided {
    return { run: this.#head.run, number: this.#number };
  }

  /** Queues decisions that are in the log. Cheap, because all other work is done later. */
  note(written: readonly Written[]): void {
    if (this.#closed) return;
    for (const { record, line } of written) {
      if (record === undefined || !isOfRequest(record)) continue;
      this.#number += 1;
      if (Buffer.byteLength(line) > LONGEST - 1_024) this.#parts.onDropped(1);
      else this.#hold({ ...this.#head, number: this.#number, line: line.trimEnd() });
    }
    if (this.#waiting.length > 0) this.#plan(STEP);
  }

  #hold(told: Told): void {
    this.#waiting.push(told);
    this.#characters += lengthOf(told);
    let dropped = 0;
    while (this.#waiting.length - dropped > MOST_WAITING || this.#characters > MOST_CHARACTERS) {
      this.#characters -= lengthOf(this.#waiting[dropped]!);
      dropped += 1;
    }
    if (dropped === 0) return;
    this.#waiting.splice(0, dropped);
    this.#parts.onDropped(dropped);
  }

  #plan(milliseconds: number): void {
    if (this.#cancel !== undefined || this.#sending !== undefined) return;
    this.#cancel = this.#parts.timers.after(milliseconds, () => {
      this.#cancel = undefined;
      this.#sending = this.#send()
        .catch(() => PAUSE)
        .then((wait) => {
          this.#sending = undefined;
          if (this.#waiting.length > 0 && !this.#closed) this.#plan(wait ?? STEP);
        });
    });
  }

  /**
   * Sends all queued decisions. @throws if Redis does not accept them: they are sent again, and duplicates are not
   * counted
   */
  async #send(): Promise<undefined> {
    const { line, seal, onSent } = this.#parts;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      const values = batch.map((told) => writeTold(told, seal));
      await line.ask(
        (redis) => Promise.all(values.map((value) => ADD.run(redis, [this.#key], [value]))),
        PATIENCE,
      );
      this.#drop(batch.at(-1)!.number);
      onSent(batch.length);
    }
    return undefined;
  }

  /** Removes sent decisions; some may have been dropped meanwhile. */
  #drop(upTo: number): void {
    const kept = this.#waiting.findIndex(({ number }) => number > upTo);
    const sent = this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept);
    for (const told of sent) this.#characters -= lengthOf(told);
  }

  /** Sends the rest, and announces the end. The log accepts no records any longer. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#sending;
    this.#waiting.push({ ...this.#head, number: this.#number, line: undefined });
    const left = this.#waiting.length - 1;
    const { timers } = this.#parts;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = timers.after(LAST_PATIENCE, resolve);
    });
    const sent = this.#send().catch(() => {
      if (left > 0) this.#parts.onDropped(left);
    });
    await Promise.race([sent, late]);
    cancel();
  }
}

function lengthOf({ line = '' }: Told): number {
  return line.length;
}
