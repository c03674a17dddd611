import type { RecordedFacts } from '../domain/page-facts.js';

/** One decision on one request for a file: what exposure, the dashboard and a SIEM read. */
export interface DecisionRecord {
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  /** The request's id, which the client was told, too; absent in records of older versions. */
  readonly request?: string | undefined;
  /** The address that connected. */
  readonly client: string;
  /** The client's own address, where a trusted proxy forwarded it. */
  readonly forwarded?: string | undefined;
  readonly user?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly method: string;
  readonly status: number;
  readonly upstream: string;
  readonly project: string;
  readonly version?: string | undefined;
  readonly filename: string;
  readonly sha256?: string | undefined;
  /** Bytes of the body that left. */
  readonly bytes: number;
  /** Whether all that was asked for left. */
  readonly complete: boolean;
  readonly verdict: 'allow' | 'warn' | 'block';
  readonly rule?: string | undefined;
  readonly reason?: string | undefined;
  readonly waiver?:
    | { readonly owner: string; readonly reason: string; readonly expires: number }
    | undefined;
  /** Sdists: the wheel of the same release whose refusal this is. */
  readonly wheel?: { readonly filename: string; readonly sha256?: string | undefined } | undefined;
  readonly revision: string;
  /** What the project page said of the file, for who replays the decision under another policy. */
  readonly page?: RecordedFacts | undefined;
}

/** The artifact that a record is about. */
export type RecordedArtifact = Pick<DecisionRecord, 'project' | 'version' | 'filename' | 'sha256'>;

/** Said in the same log after a policy edit: clients had been given an artifact that is denied by now. */
export interface ExposedRecord {
  readonly event: 'exposed';
  readonly time: string;
  readonly revision: string;
  readonly rule: string;
  readonly reason: string;
  readonly project: string;
  readonly filename: string;
  readonly downloads: number;
  readonly clients: readonly string[];
  readonly first: string;
  readonly last: string;
}

/** A client chooses its User-Agent and user; the log keeps this much of any text. */
const MAX_TEXT = 512;

/** One line of the log, with its line end. JSON escapes whatever could break a line. */
export function writeRecord(record: DecisionRecord | ExposedRecord): string {
  const line = JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'string' && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value,
  );
  return `${line}\n`;
}

/**
 * Reads a line of the log: a decision, or some other event that is told in the same log.
 * @returns undefined for one that cannot be read: torn by a crash, or not the log's at all
 */
export function readRecord(line: string): DecisionRecord | 'event' | undefined {
  try {
    const value = JSON.parse(line) as Partial<DecisionRecord> & { readonly event?: unknown };
    if (typeof value.event === 'string') return 'event';
    const whole =
      TEXTS.every((key) => typeof value[key] === 'string') &&
      typeof value.bytes === 'number' &&
      typeof value.status === 'number';
    return whole ? (value as DecisionRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** Without one of these nobody can say who was given what. */
const TEXTS = ['time', 'client', 'project', 'filename', 'verdict'] as const;
