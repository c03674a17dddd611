import type { Gatherer, LogSearch } from '../decisions/log-search.js';
import type { DecisionRecord } from '../decisions/record.js';
import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import { deliveryOf } from '../exposure/delivery.js';

/** Number of requests for a file. */
export interface FileDownloads {
  /** Requests that delivered the file or a part of it, or confirmed a client's copy. */
  readonly given: number;
  readonly refused: number;
  /** ISO 8601: the last request of any kind. */
  readonly last: string | undefined;
}

export const NO_DOWNLOADS: FileDownloads = { given: 0, refused: 0, last: undefined };

export interface CountedDownloads {
  readonly byFile: ReadonlyMap<string, FileDownloads>;
  /** ISO 8601: counts from this time are complete. Absent if the whole log was counted, or could not be searched. */
  readonly searchedBackTo: string | undefined;
  /** ISO 8601: start of the log. */
  readonly reachesBackTo: string | undefined;
  /** Set if too many searches were running and the downloads were not counted. */
  readonly busy: boolean;
}

/** A page is there soon: counting ends after so many milliseconds. */
const PATIENCE = 1_000;

/** Counts the requests for some files in the decision log, from the newest backwards. */
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
