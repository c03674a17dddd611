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

/** A decision log that a full disk does not stop: what the file cannot take goes to `onLost`, and the service goes on. */
export class ResilientDecisionLog implements OpenableDecisionLog {
  readonly #below: OpenableDecisionLog;
  readonly #watch: DecisionLogWatch;
  #failing = false;

  constructor(below: OpenableDecisionLog, watch: DecisionLogWatch) {
    this.#below = below;
    this.#watch = watch;
  }

  /** Never rejects. */
  async open(): Promise<void> {
    await this.#below.open().catch((error: unknown) => this.#fails(error));
  }

  async append(record: LogRecord): Promise<void> {
    try {
      await this.#below.append(record);
    } catch (error) {
      this.#fails(error);
      this.#watch.onLost(record, error);
      return;
    }
    if (!this.#failing) return;
    this.#failing = false;
    this.#watch.onRecovered();
  }

  close(): Promise<void> {
    return this.#below.close();
  }

  #fails(error: unknown): void {
    if (!this.#failing) this.#watch.onFailing(error);
    this.#failing = true;
  }
}
