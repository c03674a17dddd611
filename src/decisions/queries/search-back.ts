import { crc32 } from 'node:zlib';
import { parseProjectName } from '../../domain/project-name.js';
import { inOrder } from '../file-order.js';
import { searchIn } from '../file-reader.js';
import { closeFiles, openDecisions } from '../open-files.js';
import type { DecisionQuery } from '../reader.js';
import { type RefusedGroup, RefusedGroups } from '../rollups/refused-groups.js';
import { modeOf } from '../rollups/slots.js';
import type { RefusalFilter } from './decision-queries.js';

/** One answer reads no more than so many bytes, or for so many milliseconds; it goes on with the next. */
const MOST_BYTES = 2 * 2 ** 30;
const MOST_TIME = 5_000;
const MOST_GROUPS = 20_000;

/** What of a log was searched, the newest files first. */
export interface SearchedBack {
  readonly groups: readonly RefusedGroup[];
  /** Milliseconds since 1970: nothing from then on is missing; undefined where all of the log was searched. */
  readonly backTo: number | undefined;
  readonly gaps: readonly string[];
}

/** How far it has to go. */
export interface SearchBounds {
  /** Ends once it has so many groups. */
  readonly enough: number;
  /** Goes back to this instant, whatever it costs: it was found to be within the bounds before. */
  readonly backTo?: number | undefined;
  readonly bytes?: number;
  readonly time?: number;
}

/** Groups what the log itself tells of refusals, from its newest file back. @param place the log's file */
export async function searchBack(
  place: string,
  filter: RefusalFilter,
  { enough, backTo, bytes = MOST_BYTES, time = MOST_TIME }: SearchBounds,
): Promise<SearchedBack> {
  const query = queryOf(filter);
  const { files, gaps } = await openDecisions(place, { ...query, since: backTo ?? query.since });
  const groups = new RefusedGroups(MOST_GROUPS);
  const allGaps = [...gaps];
  const started = performance.now();
  let read = 0;
  try {
    const newestFirst = (await inOrder(files)).toReversed();
    for (const [index, file] of newestFirst.entries()) {
      const search = searchIn([file], query);
      let earliest = Number.POSITIVE_INFINITY;
      for await (const record of search.records()) {
        const at = Date.parse(record.time);
        earliest = Math.min(earliest, at);
        const mode = modeOf(record);
        if (mode !== undefined && !Number.isNaN(at))
          groups.note(record, mode, at, crc32(JSON.stringify(record)));
      }
      allGaps.push(...search.gaps);
      read += file.opened?.size ?? 0;
      const begins = Date.parse(search.reachesBackTo ?? '');
      // Those before it were begun before that, and so ended before it began.
      if (begins < (query.since ?? Number.NEGATIVE_INFINITY)) break;
      const isLast = index === newestFirst.length - 1;
      const spent = read >= bytes || performance.now() - started >= time;
      const isEnough = groups.all().length >= enough;
      if (isLast || backTo !== undefined || !(spent || isEnough) || Number.isNaN(begins)) continue;
      return { groups: groups.all(), backTo: begins, gaps: allGaps };
    }
    return { groups: groups.all(), backTo, gaps: allGaps };
  } finally {
    await closeFiles(files);
  }
}

function queryOf({ project, user, since, until }: RefusalFilter): DecisionQuery {
  const name = project === undefined ? undefined : parseProjectName(project);
  return { project: name, user, since, until, refused: true };
}
