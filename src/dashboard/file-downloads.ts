import type { Gatherer, LogSearch } from '../decisions/log-search.js';
import type { DecisionRecord } from '../decisions/record.js';
import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import { deliveryOf } from '../exposure/delivery.js';

/** How often a file was asked for here. */
export interface FileDownloads {
  /** Requests that gave it, or a part of it, or met a client that had it. */
  readonly given: number;
  readonly refused: number;
  /** The last of all of these, ISO 8601. */
  readonly last: string | undefined;
}

export const NO_DOWNLOADS: FileDownloads = { given: 0, refused: 0, last: undefined };

export interface CountedDownloads {
  readonly byFile: ReadonlyMap<string, FileDownloads>;
  /** ISO 8601: nothing from then on is missing; undefined where all of the log was counted, or nothing could be. */
  readonly searchedBackTo: string | undefined;
  /** The first moment that the log tells of, ISO 8601. */
  readonly reachesBackTo: string | undefined;
  /** Set where others searched already, and nothing is counted. */
  readonly busy: boolean;
}

/** A page is there soon: counting ends after so many milliseconds. */
const PATIENCE = 1_000;

/** Counts what the decision log tells of some files, from the newest back. */
export async function countDownloads(
  search: LogSearch,
  project: ProjectName,
  filenames: ReadonlySet<string>,
): Promise<CountedDownloads> {
  const gathered = new DownloadGatherer(filenames);
  try {
    const { backTo, reachesBackTo } = await search.back({ project }, gathered);
    const searchedBackTo = backTo === undefined ? undefined : new Date(backTo).toISOString();
    return { byFile: gathered.byFile, searchedBackTo, reachesBackTo, busy: false };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'overloaded') throw error;
    return { byFile: new Map(), searchedBackTo: undefined, reachesBackTo: undefined, busy: true };
  }
}

class DownloadGatherer implements Gatherer {
  readonly byFile = new Map<string, FileDownloads>();
  readonly #filenames: ReadonlySet<string>;
  readonly #end = performance.now() + PATIENCE;

  constructor(filenames: ReadonlySet<string>) {
    this.#filenames = filenames;
  }

  take(decision: DecisionRecord): boolean {
    const { filename, time } = decision;
    const delivery = this.#filenames.has(filename) ? deliveryOf(decision) : undefined;
    if (delivery === undefined) return false;
    const { given, refused, last = time } = this.byFile.get(filename) ?? NO_DOWNLOADS;
    const isGiven = delivery !== 'refused' && delivery !== 'prefix';
    this.byFile.set(filename, {
      given: given + Number(isGiven),
      refused: refused + Number(!isGiven),
      last: time > last ? time : last,
    });
    return false;
  }

  pieceOver(): boolean {
    return performance.now() >= this.#end;
  }
}
