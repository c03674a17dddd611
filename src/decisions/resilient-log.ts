import { withDeadline } from '../runtime/deadline.js';
import type { DecisionLog } from './log.js';
import type { LogRecord } from './record.js';

/** A log that can say before the first record whether it takes any. */
export interface OpenableDecisionLog extends DecisionLog {
  /** Rejects where records could not be written now. */
  open(): Promise<void>;
}

/** Who is told how the log below fares. */
export interface DecisionLogWatch {
  /** The log takes no records. */
  readonly onFailing: (error: unknown) => void;
  /** A record the log could not take: whoever is told writes it down elsewhere. */
  readonly onLost: (record: LogRecord, error: unknown) => void;
  /** The log takes records again. */
  readonly onRecovered: () => void;
}

/** How long a log may take for a record before it counts as one that hangs, in milliseconds: pip waits 15 s. */
const PATIENCE = 5_000;

/**
 * A decision log that neither a full disk nor one that hangs stops: what the log below does not take in time goes to
 * `onLost`, and the service goes on. A record that the log below takes late after all is in both.
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

  /** What hangs is not waited for. */
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
