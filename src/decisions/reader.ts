import type { ProjectName } from '../domain/project-name.js';
import type { CutRecord, DecisionRecord, QueryRecord } from './record.js';

/** A filter of records: all given conditions must match; without any, every record matches. */
export interface DecisionQuery {
  readonly project?: ProjectName | undefined;
  /** Takes a record's version; one without a version may be any, and is not asked about. */
  readonly versions?: ((version: string) => boolean) | undefined;
  readonly user?: string | undefined;
  /** An artifact's digest, or its first digits, in lower-case hexadecimal. */
  readonly sha256?: string | undefined;
  /** Exactly this time, as in the record. */
  readonly time?: string | undefined;
  /** Whether only refusals, warnings and dry-run matches are included. */
  readonly refused?: boolean | undefined;
  /** Milliseconds since 1970: nothing before. A record whose time cannot be read may be of any. */
  readonly since?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number | undefined;
}

/** Receives each matching cut, in its place among the records, which is after its decision, and each question. */
export type OnEvent = (event: CutRecord | QueryRecord) => void;

/** Queries on a decision log, independent of its storage. */
export interface DecisionReader {
  /** Searches the log in its current state, regardless of later changes. Never rejects. */
  search(query: DecisionQuery): Promise<DecisionSearch>;
}

/** The same from the newest back, piece by piece, for who wants the newest and may end before all is read. */
export interface BackwardReader {
  /** Never rejects. */
  searchBack(query: DecisionQuery): Promise<SearchBack>;
}

/** A search that has begun. Read `records` once, to its end or not, or close it. */
export interface DecisionSearch {
  /** How many files the log has. */
  readonly files: number;
  /** The matching records without duplicates, the oldest file first and in the order of writing. */
  records(onEvent?: OnEvent): AsyncIterable<DecisionRecord>;
  /**
   * The unreadable parts, one sentence each; complete after all records are read. If empty, the response is complete.
   */
  readonly gaps: readonly string[];
  /** The earliest of the times with which the files begin, ISO 8601; known once all records are read. */
  readonly reachesBackTo: string | undefined;
  /** Needed only where `records` was never read. */
  close(): Promise<void>;
}

/** A search back that has begun. Read `pieces` once, to their end or not. */
export interface SearchBack {
  /** Newest first. */
  pieces(): AsyncIterable<LogPiece>;
  /** The same for a search; for the part that was read so far. */
  readonly gaps: readonly string[];
  /** The earliest of the times with which the files begin, ISO 8601; to be asked for before the pieces. */
  reachesBackTo(): Promise<string | undefined>;
  /** Whether its pieces are of several logs: they overlap, and the same record may be in two of them. */
  readonly isJoined?: boolean;
}

/** A part of the log that can be read by itself. */
export interface LogPiece {
  /** The time of its first record, in milliseconds since 1970; NaN if it is unknown without reading. */
  readonly begins: number;
  /** No later results are from this time on, if it differs: of several logs, some may lag. */
  readonly reached?: number;
  /** How much of the disk it takes to read it, in bytes. */
  readonly bytes: number;
  /** The matches, in the order of writing. */
  found(onEvent?: OnEvent): AsyncIterable<DecisionRecord>;
}
