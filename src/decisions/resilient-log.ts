import { withDeadline } from '../runtime/deadline.js';
import type { DecisionLog } from './log.js';
import type { LogRecord } from './record.js';

/** A log that can report before the first record whether it is writable. */
export interface OpenableDecisionLog extends DecisionLog {
  /** Rejects where records could not be written now. */
  open(): Promise<void>;
}

/** Receives the state of the underlying log. */
export interface DecisionLogWatch {
  /** The log takes no records. */
  readonly onFailing: (error: unknown) => void;
  /** A record that could not be logged: the listener writes it elsewhere. */
  readonly onLost: (record: LogRecord, error: unknown) => void;
  /** The log takes records again. */
  readonly onRecovered: () => void;
}

/** How long a log may take for a record before it counts as one that hangs, in milliseconds: pip waits 15 s. */
const PATIENCE = 5_000;

/**
 * A decision log that continues with a full or hanging disk: records that the underlying log does not accept in time go
 * to `onLost`, and the service continues. A record that it accepts late is in both.
 */
export class ResilientDecisionLog implements OpenableDecisionLog {
  readonly #below: OpenableDecisionLog;
  readonly #watch: DecisionLogWatch;
  readonly #patience: number;
  #failing = false;
  /** Records that the log below has had for too long: it gets no more before it has settled them. */
  #hanging = 0;

  constructor(below: OpenableDecisionLog, watch: DecisionLogWatch, patience = PATIENCE) {
    this.#below = below;
    this.#watch = watch;
    this.#patience = patience;
  }

  /** Never rejects. */
  async open(): Promise<void> {
    await this.#inTime(this.#below.open()).catch((error: unknown) => this.#fails(error));
  }

  async append(record: LogRecord): Promise<void> {
    try {
      if (this.#hanging > 0) throw hangs();
      await this.#inTime(this.#below.append(record));
    } catch (error) {
      this.#fails(error);
      this.#watch.onLost(record, error);
      return;
    }
    this.#recovers();
  }

  /** Does not wait for a hanging write. */
  async close(): Promise<void> {
    if (this.#hanging === 0) await this.#below.close();
  }

  #inTime(written: Promise<void>): Promise<void> {
    return withDeadline(this.#patience, written, () => {
      this.#hanging += 1;
      const answered = (taken: boolean): void => {
        this.#hanging -= 1;
        if (taken && this.#hanging === 0) this.#recovers();
      };
      void written.then(
        () => answered(true),
        () => answered(false),
      );
      return hangs();
    });
  }

  #fails(error: unknown): void {
    if (!this.#failing) this.#watch.onFailing(error);
    this.#failing = true;
  }

  #recovers(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#watch.onRecovered();
  }
}

function hangs(): Error {
  return new Error('the log does not respond');
}
