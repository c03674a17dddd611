import { versionsAsked } from '../decisions/query.js';
import type {
  DecisionQuery,
  DecisionReader,
  DecisionSearch,
  OnEvent,
} from '../decisions/reader.js';
import type { DecisionRecord, QueryRecord } from '../decisions/record.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Specifier } from '../domain/version.js';
import { clientOf, type Delivery, deliveryOf } from './delivery.js';
import { Promised } from './promised.js';

/** A query after an incident; all given conditions must match. */
export interface ExposureQuestion {
  readonly project?: ProjectName | undefined;
  readonly versions?: Specifier | undefined;
  /** An artifact's digest, in hexadecimal. */
  readonly sha256?: string | undefined;
  /** Milliseconds since 1970: nothing before. */
  readonly since?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number | undefined;
  /** Include refused requests. */
  readonly refused?: boolean | undefined;
}

/** In the order of a table for a spreadsheet. */
export const EXPOSED_COLUMNS = [
  'time',
  'client',
  'forwarded',
  'user',
  'delivery',
  'bytes',
  'upstream',
  'project',
  'version',
  'filename',
  'sha256',
  'userAgent',
] as const satisfies readonly (keyof Exposed)[];

const TOLD = [
  'time',
  'client',
  'forwarded',
  'user',
  'userAgent',
  'bytes',
  'upstream',
  'project',
  'version',
  'filename',
  'sha256',
] as const satisfies readonly (keyof DecisionRecord)[];

/** One request that delivered an artifact, a part of it or its metadata to a client. */
export type Exposed = Pick<DecisionRecord, (typeof TOLD)[number]> & { readonly delivery: Delivery };

export interface Exposure {
  /** Oldest first. */
  readonly requests: readonly Exposed[];
  /** Distinct clients that hold a file. */
  readonly clients: readonly string[];
  /** ISO 8601: start of the log. Absent if the log is empty. */
  readonly reachesBackTo: string | undefined;
  /** Set if the response was cut at its maximum number of requests. */
  readonly truncated?: true;
  /** Set if a part of the log could not be read. */
  readonly incomplete?: true;
  /** The parts of the log that could not be read, one sentence each. Empty if the response is complete. */
  readonly gaps: readonly string[];
}

/**
 * The recipients of files, from the decision log. Complete, unless `incomplete` is set.
 * @param limit maximum number of requests
 */
export async function findExposure(
  reader: DecisionReader,
  question: ExposureQuestion,
  limit = Number.POSITIVE_INFINITY,
): Promise<Exposure> {
  return exposureIn(await reader.search(queryOf(question)), question, limit);
}

/** The same, of a search that has begun. */
export async function exposureIn(
  search: DecisionSearch,
  question: ExposureQuestion,
  limit = Number.POSITIVE_INFINITY,
): Promise<Exposure> {
  const requests: Exposed[] = [];
  const promised = new Promised<number>();
  const clients = new Set<string>();
  let truncated = false;
  const onEvent: OnEvent = (event) => {
    if (event.event === 'query') {
      const room = Math.max(0, limit - requests.length);
      const locked = lockedBy(event, question);
      requests.push(...locked.slice(0, room));
      if (locked.length > room) truncated = true;
      return;
    }
    const at = promised.take(event);
    if (at !== undefined) requests[at] = { ...requests[at]!, delivery: 'part' };
  };
  for await (const record of search.records(onEvent)) {
    const delivery = deliveryOf(record);
    if (delivery !== 'whole') promised.drop(record);
    if (delivery === undefined) continue;
    if (delivery !== 'refused') clients.add(clientOf(record));
    else if (question.refused !== true) continue;
    if (requests.length >= limit) {
      truncated = true;
      continue;
    }
    if (delivery === 'whole') promised.add(record, requests.length);
    requests.push(exposedBy(record, delivery));
  }
  requests.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const { reachesBackTo, gaps } = search;
  return {
    requests,
    clients: [...clients],
    reachesBackTo,
    ...(truncated && { truncated }),
    ...(gaps.length > 0 && { incomplete: true }),
    gaps,
  };
}

/** The records that answer it. */
export function queryOf({
  project,
  versions,
  sha256,
  since,
  until,
}: ExposureQuestion): DecisionQuery {
  return {
    project,
    versions: versions && ((version) => versions.matches(version)),
    sha256,
    since,
    until,
  };
}

/** Of a question, one for each version that is asked for. */
export function lockedBy(
  query: QueryRecord,
  { project, versions }: Pick<ExposureQuestion, 'project' | 'versions'>,
): Exposed[] {
  if (project === undefined) return [];
  const { time, client, forwarded, user, userAgent } = query;
  return versionsAsked(query, project)
    .filter((version) => versions === undefined || versions.matches(version))
    .map((version) => ({
      time,
      client,
      forwarded,
      user,
      userAgent,
      bytes: 0,
      upstream: '',
      project,
      version,
      filename: '',
      sha256: undefined,
      delivery: 'locked',
    }));
}

export function exposedBy(record: DecisionRecord, delivery: Delivery): Exposed {
  const told = Object.fromEntries(TOLD.map((key) => [key, record[key]]));
  return { ...(told as Pick<DecisionRecord, (typeof TOLD)[number]>), delivery };
}
