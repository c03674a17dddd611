import type { DecisionRecord, ExposedRecord, LogRecord } from '../decisions/record.js';
import type { NoticeEvent } from '../domain/notice-events.js';
import type { Waiver } from '../policy/entries.js';
import type { Timers } from '../runtime/timers.js';
import type { Deliveries } from './deliveries.js';
import type { ExposedNotice, GatheredNotices, Notice } from './notice.js';
import { Pace } from './pace.js';
import { RefusalGroups } from './refusal-groups.js';
import type { Told } from './told.js';
import { WaiverWatch } from './waiver-watch.js';

export interface NotifierParts {
  readonly deliveries: Deliveries;
  readonly timers: Timers;
  /** Notices of earlier runs. */
  readonly told: Told;
  readonly save: (told: Told) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** The waivers of the policy in force. */
  readonly waivers: () => readonly Waiver[];
  /** Of the policy in force. */
  readonly revision: () => string;
  /** The page with the reason for a refusal, if there is one. */
  readonly linkTo: (record: DecisionRecord) => string | undefined;
}

/** The interval of checks for due notices, in milliseconds. */
const LOOK = 10_000;
const MAX_PROBLEMS = 10;

/**
 * Converts events into notices for the subscribed webhooks. Callers never wait: a request continues while the message
 * is written to disk.
 */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #groups: RefusalGroups;
  readonly #waivers: WaiverWatch;
  readonly #pace = new Pace();
  #problems: readonly string[];
  /** Whether there are unsaved changes. */
  #changed = false;
  #work: Promise<void> = Promise.resolve();
  #cancel: () => void = () => {};
  #closed = false;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#groups = new RefusalGroups(parts.told.groups);
    this.#waivers = new WaiverWatch(parts.told.waivers);
    this.#problems = parts.told.problems;
  }

  /** Continues with the notices of earlier runs, and starts the periodic checks. */
  start(): void {
    this.#alone(() => this.#parts.deliveries.start());
    this.#look();
  }

  /** A decision or an event was logged. */
  noteRecord(record: LogRecord): void {
    if ('event' in record) {
      if (record.event === 'exposed') this.#tell(exposedNotice(record));
      return;
    }
    if (record.verdict !== 'block') return;
    const notice = this.#groups.note(record, this.#now);
    this.#changed = true;
    if (notice !== undefined) this.#tell({ ...notice, link: this.#parts.linkTo(record) });
  }

  /** An edit of the policy was rejected. @param problems as formatted for users */
  noteProblems(problems: readonly string[]): void {
    const said = problems.slice(0, MAX_PROBLEMS);
    if (JSON.stringify(said) === JSON.stringify(this.#problems)) return;
    this.#problems = said;
    this.#tellOfPolicy('rejected', said);
  }

  /** An edit was, or the policy was read at the start. */
  notePolicy(): void {
    if (this.#problems.length > 0) this.#tellOfPolicy('accepted', []);
    this.#problems = [];
    this.#lookAtWaivers();
  }

  /** Saves the sent notices. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    this.#save();
    await this.#work;
  }

  #look(): void {
    if (this.#closed) return;
    for (const notice of this.#groups.due(this.#now)) this.#tell(notice);
    this.#lookAtWaivers();
    for (const gathered of this.#pace.gathered(this.#now)) this.#hand(gathered, gathered.of);
    this.#save();
    this.#cancel = this.#parts.timers.after(LOOK, () => this.#look());
  }

  #lookAtWaivers(): void {
    for (const notice of this.#waivers.look(this.#parts.waivers(), this.#now)) this.#tell(notice);
  }

  #tellOfPolicy(state: 'rejected' | 'accepted', problems: readonly string[]): void {
    const time = new Date(this.#now).toISOString();
    this.#tell({ event: 'policy', time, state, revision: this.#parts.revision(), problems });
  }

  #tell(notice: Notice): void {
    this.#changed = true;
    if (this.#pace.admits(notice, this.#now)) this.#hand(notice, notice.event);
  }

  #hand(message: Notice | GatheredNotices, event: NoticeEvent): void {
    this.#alone(() => this.#parts.deliveries.tell(message, ({ events }) => events.includes(event)));
  }

  #save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const told = {
      groups: this.#groups.known(),
      waivers: { ...this.#waivers.known() },
      problems: [...this.#problems],
    };
    this.#alone(() => this.#parts.save(told));
  }

  /** Sequentially, so notices arrive in order. */
  #alone(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch(this.#parts.onError);
  }

  get #now(): number {
    return this.#parts.timers.now();
  }
}

function exposedNotice(record: ExposedRecord): ExposedNotice {
  const { clients, ...rest } = record;
  return { ...rest, clients: clients.length };
}
