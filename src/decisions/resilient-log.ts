import type { DecisionLog } from './log.js';
import type { DecisionRecord, ExposedRecord } from './record.js';

/** Who is told how the log below fares. */
export interface DecisionLogWatch {
  /** A record the log could not take: whoever is told writes it down elsewhere. */
  readonly onLost: (record: DecisionRecord | ExposedRecord, error: unknown) => void;
  /** The log takes records again. */
  readonly onRecovered: () => void;
}

/** A decision log that a full disk does not stop: what the file cannot take goes to `onLost`, and the service goes on. */
export class ResilientDecisionLog implements DecisionLog {
  readonly #below: DecisionLog;
  readonly #watch: DecisionLogWatch;
  #failing = false;

  constructor(below: DecisionLog, watch: DecisionLogWatch) {
    this.#below = below;
    this.#watch = watch;
  }

  async append(record: DecisionRecord | ExposedRecord): Promise<void> {
    try {
      await this.#below.append(record);
    } catch (error) {
      this.#failing = true;
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
}
