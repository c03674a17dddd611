import type { SeenBytes } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Learnt } from './news.js';

/** A page that another process received from an upstream. */
export interface SharedPage {
  readonly upstream: string;
  /** When the upstream last confirmed it as current, in milliseconds since 1970. */
  readonly checkedAt: number;
  /** In the format of `store/packed-page.ts`; undefined if it is the known one. */
  readonly packed: Uint8Array | undefined;
}

/** The known page of one upstream. */
export interface HadPage {
  readonly upstream: string;
  /** Milliseconds since 1970; 0 if there is none. */
  readonly checkedAt: number;
  readonly etag: string | undefined;
}

/** The query before a project is used. */
export interface MeetingAsked {
  readonly project: ProjectName;
  /** Whether facts about its files are requested too. */
  readonly facts: boolean;
  /** In query order. */
  readonly had: readonly HadPage[];
  /** Milliseconds since 1970: if the first page was checked earlier, its upstream must be queried. */
  readonly freshFrom: number;
}

/** The others' knowledge of a project. */
export interface MeetingAnswer {
  /** Undefined if it was not requested. */
  readonly facts: readonly Learnt[] | undefined;
  /** Whether these are all the others' facts. */
  readonly isWhole: boolean;
  /** The pages that are newer than the known ones. */
  readonly pages: readonly SharedPage[];
  /** Upstreams whose known page the others also have. */
  readonly same: readonly string[];
  /** Identifies this meeting. Until its end, others may wait for its result. */
  readonly turn: string;
}

/** A page that an upstream returned, or confirmed as current. */
export interface FetchedPage {
  readonly upstream: string;
  readonly checkedAt: number;
  readonly etag: string | undefined;
  /** Undefined if it is the one that the others have. */
  readonly packed: Uint8Array | undefined;
}

/**
 * The knowledge of projects that machines with the same cache share: facts about their files, pins, and pages. It saves
 * work and decides nothing: each process makes its own verdicts, and continues with its own data if there is no reply.
 */
export interface SharedProjects {
  /**
   * Queries the others' knowledge of a project. If one of them is querying its upstreams, waits a moment for the
   * result. Never rejects.
   * @returns undefined if there is no reply
   */
  meet(asked: MeetingAsked): Promise<MeetingAnswer | undefined>;
  /**
   * The queries of the upstreams have ended, which ends the wait of others. @param page the page that one of them
   * returned, if any
   */
  end(project: ProjectName, turn: string, page: FetchedPage | undefined): void;
  /** An upstream no longer has the project. */
  gone(project: ProjectName, upstream: string): void;
  /**
   * Pins bytes that are unknown here, unless others have pinned some. Never rejects.
   * @returns the earlier pin; undefined if this one is the first, or there is no reply
   */
  pin(upstream: string, project: ProjectName, seen: SeenBytes): Promise<SeenBytes | undefined>;
  /** Returns facts to the others after they lost them. */
  giveBack(learnt: readonly Learnt[]): void;
}
