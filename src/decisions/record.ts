import type { FailureKind } from '../domain/failure.js';
import type { RecordedFacts } from '../domain/page-facts.js';

/** One decision on one request for a file: the input of exposure, the dashboard and a SIEM. */
export interface DecisionRecord {
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  /** Request ID, also sent to the client. Absent in records of older versions. */
  readonly request?: string | undefined;
  /** Name of the replica that decided. Absent for a single server. */
  readonly replica?: string | undefined;
  /** The peer address of the connection. */
  readonly client: string;
  /** The client's address, as forwarded by a trusted proxy. */
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
  /** Bytes of the body that were sent. */
  readonly bytes: number;
  /** Size of the whole file in bytes, if known. */
  readonly size?: number | undefined;
  /**
   * Whether the client stayed connected until the operating system accepted the response, except its last byte. A `cut`
   * record follows if that byte was not sent.
   */
  readonly complete: boolean;
  /** Source of the bytes: the cache, an upstream transfer, or the sidecars. Absent if no bytes were sent. */
  readonly cache?: 'hit' | 'miss' | 'sidecar' | undefined;
  /** Bytes received from the upstream. Requests that share a transfer record them once. */
  readonly fetched?: number | undefined;
  readonly verdict: 'allow' | 'warn' | 'block';
  /** True if a rule matched and only dry-run mode allowed the file. */
  readonly wouldBlock?: true | undefined;
  /**
   * True if only a probe has found the rule's match. The project page excludes the file, but the file has not been
   * requested (`method` is `PROBE`).
   */
  readonly probe?: true | undefined;
  /** True if the artifact was not inspected yet. The verdict is based on the other facts. */
  readonly pending?: true | undefined;
  /** The kind of failure (`domain/failure.ts`) that replaced or aborted the response. */
  readonly failure?: FailureKind | undefined;
  readonly rule?: string | undefined;
  readonly reason?: string | undefined;
  readonly waiver?:
    | {
        /** The waived rule; another may refuse the file. Absent in records of older versions. */
        readonly rule?: string | undefined;
        readonly owner: string;
        readonly reason: string;
        readonly expires: number;
      }
    | undefined;
  /** Sdists: the refused wheel of the same release that caused this refusal. */
  readonly wheel?: { readonly filename: string; readonly sha256?: string | undefined } | undefined;
  readonly revision: string;
  /** The file's entry on the project page, for an evaluation under another policy. */
  readonly page?: RecordedFacts | undefined;
}

/** The artifact that a record is about. */
export type RecordedArtifact = Pick<DecisionRecord, 'project' | 'version' | 'filename' | 'sha256'>;

/** Logged after a policy edit: clients have received an artifact that is now denied. */
export interface ExposedRecord {
  readonly event: 'exposed';
  readonly time: string;
  readonly revision: string;
  readonly rule: string;
  readonly reason: string;
  readonly project: string;
  readonly filename: string;
  /** Requests that gave all of it, or met a client that had it. */
  readonly downloads: number;
  /** Requests that gave a part of it. */
  readonly parts: number;
  readonly clients: readonly string[];
  readonly first: string;
  readonly last: string;
}

/** Logged after a decision with `complete`: the client disconnected before the last byte. */
export interface CutRecord {
  readonly event: 'cut';
  readonly time: string;
  /** Of the decision. */
  readonly request?: string | undefined;
  readonly replica?: string | undefined;
  readonly project: string;
  /** As in the decision, like the digest and the user: who looks for that finds this. */
  readonly version?: string | undefined;
  readonly filename: string;
  readonly sha256?: string | undefined;
  readonly user?: string | undefined;
  /** Of the body that left before the last piece, which may have left in part. */
  readonly bytes: number;
}

/**
 * Logged once for a question about many releases (OSV's form): a client has them in a lock, or installed. It is no
 * download; each release in the response also has a decision.
 */
export interface QueryRecord {
  readonly event: 'query';
  readonly time: string;
  readonly request?: string | undefined;
  readonly replica?: string | undefined;
  readonly client: string;
  readonly forwarded?: string | undefined;
  readonly user?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly method: 'OSV';
  /** How many different releases were asked about. */
  readonly asked: number;
  /** Their versions by project, up to the limit of one record (`MOST_ASKED`). */
  readonly releases: Readonly<Record<string, readonly string[]>>;
}

/** The maximum number of releases in one record of a question. */
export const MOST_ASKED = 1_000;

/** A record about a request. */
export type RequestRecord = DecisionRecord | CutRecord | QueryRecord;

/** One line of the log. */
export type LogRecord = RequestRecord | ExposedRecord;

/** A client chooses its User-Agent and user; the log keeps this much of any text. */
const MAX_TEXT = 512;
const CUT_OFF = '…';

/** One line of the log, with its line ending. JSON escapes all line breaks. */
export function writeRecord(record: LogRecord): string {
  return `${JSON.stringify(shortened(record))}\n`;
}

/** A record as the log has it: texts that are too long are cut. Nearly every one is as it should be, and stays itself. */
export function shortened<R extends LogRecord>(record: R): R {
  if (!hasLongText(record)) return record;
  const line = JSON.stringify(record, (_key, value: unknown) =>
    isLong(value) ? value.slice(0, MAX_TEXT) + CUT_OFF : value,
  );
  return JSON.parse(line) as R;
}

/** Asked of every record: a function for each of its values, as `JSON.stringify` takes one, costs several times as much. */
function hasLongText(record: object): boolean {
  for (const value of Object.values(record))
    if (isLong(value) || (typeof value === 'object' && value !== null && hasLongText(value)))
      return true;
  return false;
}

function isLong(value: unknown): value is string {
  return typeof value === 'string' && value.length > MAX_TEXT;
}

/** Whether it is about a request: a decision, a disconnection, or a question. */
export function isOfRequest(record: LogRecord): record is RequestRecord {
  return !('event' in record) || record.event === 'cut' || record.event === 'query';
}

/**
 * Reads a line of the log: a decision, or another event in the same log.
 * @returns undefined for an invalid line: torn by a crash, or not from the log
 */
export function readRecord(line: string): DecisionRecord | 'event' | undefined {
  const record = readLogRecord(line);
  return record === undefined || !('event' in record) ? record : 'event';
}

/** The same, including the event. Other versions may have events that are unknown here. */
export function readLogRecord(line: string): LogRecord | undefined {
  try {
    const value = JSON.parse(line) as Partial<DecisionRecord> & { readonly event?: unknown };
    if (typeof value.event === 'string') return readEvent(value as EventRecord);
    const whole =
      TEXTS.every((key) => typeof value[key] === 'string') &&
      typeof value.bytes === 'number' &&
      typeof value.status === 'number';
    return whole ? (value as DecisionRecord) : undefined;
  } catch {
    return undefined;
  }
}

type EventRecord = Exclude<LogRecord, DecisionRecord>;

/** A question without releases cannot be searched; other fields may be missing in other versions. */
function readEvent(value: EventRecord): EventRecord | undefined {
  if (value.event !== 'query') return value;
  const { releases } = value as Partial<QueryRecord>;
  return typeof releases === 'object' && releases !== null ? value : undefined;
}

/** Whether it is a refusal by a probe, before the first request. */
export function isAhead({ method }: Pick<DecisionRecord, 'method'>): boolean {
  return method === 'PROBE';
}

/** Whether it is a request for the file: a release in a response, or a probe, is not. */
export function isRequest({ method }: Pick<DecisionRecord, 'method'>): boolean {
  return method !== 'OSV' && method !== 'PROBE';
}

/** Without one of these, the recipients of a file are unknown. */
const TEXTS = ['time', 'client', 'project', 'filename', 'verdict'] as const;
