import type { LogRecord } from './record.js';

/** Where decisions are written down. Who reads them asks a `DecisionReader`. */
export interface DecisionLog {
  /** Resolves once the record is written: a crash of this process no longer loses it. */
  append(record: LogRecord): Promise<void>;
  close(): Promise<void>;
}
