import type { SeenBytes } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Learnt } from './news.js';

/** The page that an upstream gave somebody, as those who share it know it. */
export interface SharedPage {
  readonly upstream: string;
  /** Milliseconds since 1970: when the upstream last said that it is current. */
  readonly checkedAt: number;
  /** As `store/packed-page.ts` packs it; undefined where it is the one that is had already. */
  readonly packed: Uint8Array | undefined;
}

/** The page of one upstream, as far as whoever asks has it. */
export interface HadPage {
  readonly upstream: string;
  /** Milliseconds since 1970; 0 where there is none. */
  readonly checkedAt: number;
  readonly etag: string | undefined;
}

/** What is asked before a project is used. */
export interface MeetingAsked {
  readonly project: ProjectName;
  /** Whether what was learnt of its files is asked for, too. */
  readonly facts: boolean;
  /** In the order in which the upstreams are asked. */
  readonly had: readonly HadPage[];
  /** Milliseconds since 1970: where the first page was checked before, somebody has to ask its upstream. */
  readonly freshFrom: number;
}

/** What the others know of a project. */
export interface MeetingAnswer {
  /** Undefined where it was not asked for. */
  readonly facts: readonly Learnt[] | undefined;
  /** Whether these are all that the others know. */
  readonly isWhole: boolean;
  /** Those that are newer than what was had. */
  readonly pages: readonly SharedPage[];
  /** Upstreams of which the others have the page that was had. */
  readonly same: readonly string[];
  /** Names this meeting. While it lasts, others may wait for what comes of it. */
  readonly turn: string;
}

/** A page that an upstream gave, or said of that it is current. */
export interface FetchedPage {
  readonly upstream: string;
  readonly checkedAt: number;
  readonly etag: string | undefined;
  /** Undefined where it is the one that the others have. */
  readonly packed: Uint8Array | undefined;
}

/**
 * What machines that serve the same cache keep in common of projects: what was learnt of their files, pins, and pages. It
 * saves work and decides nothing: each judges for itself, and goes on by what it has where nobody answers.
 */
export interface SharedProjects {
  /**
   * Asks what the others know of a project. Where one of them is just asking its upstreams, waits a moment for what it is
   * told. Never rejects.
   * @returns undefined where nobody answers
   */
  meet(asked: MeetingAsked): Promise<MeetingAnswer | undefined>;
  /** The upstreams were asked: whoever waits need wait no longer. @param page what one of them gave, if any did */
  end(project: ProjectName, turn: string, page: FetchedPage | undefined): void;
  /** An upstream has no such project any more. */
  gone(project: ProjectName, upstream: string): void;
  /**
   * Pins bytes of which nobody here knows, unless others have pinned some. Never rejects.
   * @returns the first ones; undefined where these are, or where nobody answers
   */
  pin(upstream: string, project: ProjectName, seen: SeenBytes): Promise<SeenBytes | undefined>;
  /** Leaves with the others what they have forgotten. */
  giveBack(learnt: readonly Learnt[]): void;
}
