import type { ProjectName } from '../domain/project-name.js';
import type { CutRecord, DecisionRecord, QueryRecord } from './record.js';

/** Which records are asked for: all that is given must match; nothing given asks for every record. */
export interface DecisionQuery {
  readonly project?: ProjectName | undefined;
  /** Takes a record's version; one without a version may be any, and is not asked about. */
  readonly versions?: ((version: string) => boolean) | undefined;
  readonly user?: string | undefined;
  /** An artifact's digest, or its first digits, in lower-case hexadecimal. */
  readonly sha256?: string | undefined;
  /** Exactly this time, as a record says it. */
  readonly time?: string | undefined;
  /** Whether only what was refused, warned of, or spared by dry-run is asked for. */
  readonly refused?: boolean | undefined;
  /** Milliseconds since 1970: nothing before. A record whose time cannot be read may be of any. */
  readonly since?: number | undefined;
  /** Milliseconds since 1970: nothing from then on. */
  readonly until?: number | undefined;
}

/** Told of each cut that matches, in its place among the records, which is behind its decision; of each question, too. */
export type OnEvent = (event: CutRecord | QueryRecord) => void;

/** Answers what a decision log holds, wherever it is kept. */
export interface DecisionReader {
  /** Searches the log as it is at the moment of asking, whatever becomes of it meanwhile. Never rejects. */
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
  /** Those that match, each once, the oldest file first and as they were written. */
  records(onEvent?: OnEvent): AsyncIterable<DecisionRecord>;
  /** What could not be read, a sentence each; complete once all records are read. Without any, the answer is whole. */
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
  /** As of a search; of what was read so far. */
  readonly gaps: readonly string[];
  /** The earliest of the times with which the files begin, ISO 8601; to be asked for before the pieces. */
  reachesBackTo(): Promise<string | undefined>;
  /** Whether its pieces are of several logs: they overlap, and the same record may be in two of them. */
  readonly isJoined?: boolean;
}

/** A part of the log that can be read by itself. */
export interface LogPiece {
  /** When its first record was made, in milliseconds since 1970; NaN where that cannot be told without reading it. */
  readonly begins: number;
  /** Nothing from then on follows, where that is another moment: of several logs others may lag behind. */
  readonly reached?: number;
  /** How much of the disk it takes to read it, in bytes. */
  readonly bytes: number;
  /** What matches, as it was written. */
  found(onEvent?: OnEvent): AsyncIterable<DecisionRecord>;
}
