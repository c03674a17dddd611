import type { DecisionRecord } from '../decisions/record.js';
import type { RefusalNotice } from './notice.js';

/** The persistent state of the refusals of one release by one rule. */
export interface ToldRefusals {
  /** Milliseconds since 1970: its last notice. */
  readonly told: number;
  /** The number of notices since its first one. */
  readonly times: number;
  /** Refused requests without a notice, and the first and last of them, ISO 8601. */
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

interface Group extends ToldRefusals {
  /** The last of its records, which gives the notice its details; undefined for one of an earlier run. */
  readonly record: DecisionRecord | undefined;
  readonly filenames: readonly string[];
}

/** After its first notice, a group has another one after an hour, then one per day, and only after further refusals. */
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
/** A group without refusals for this long counts as new, in milliseconds. */
const FORGOTTEN = 7 * DAY;
/** So many groups are known; beyond, the one that was quiet the longest is forgotten. */
const MAX_GROUPS = 10_000;
const MAX_FILENAMES = 5;

/** Refusals by release and rule: the first of its kind has an immediate notice, the rest are summarized. */
export class RefusalGroups {
  /** The one that was quiet the longest first. */
  readonly #groups: Map<string, Group>;

  /** @param known from an earlier run */
  constructor(known: Readonly<Record<string, ToldRefusals>> = {}) {
    const groups = Object.entries(known).map(
      ([key, group]) => [key, { ...group, record: undefined, filenames: [] }] as const,
    );
    this.#groups = new Map(groups);
  }

  /** @param now milliseconds since 1970 @returns an immediate notice */
  note(record: DecisionRecord, now: number): RefusalNotice | undefined {
    const key = JSON.stringify([record.rule, record.project, record.version ?? record.filename]);
    const before = this.#groups.get(key);
    this.#groups.delete(key);
    const isNew = before === undefined || now - Date.parse(before.last) > FORGOTTEN;
    const group = joined(isNew ? undefined : before, record);
    this.#groups.set(key, isNew ? settled(group, now) : group);
    if (this.#groups.size > MAX_GROUPS) this.#groups.delete(this.#groups.keys().next().value!);
    return isNew ? noticeOf(group, record, now) : undefined;
  }

  /** @returns the summaries that are due, which then count as sent */
  due(now: number): RefusalNotice[] {
    const notices: RefusalNotice[] = [];
    for (const [key, group] of this.#groups) {
      const { record, count, told, times } = group;
      const wait = times < 2 ? HOUR : DAY;
      if (record === undefined || count === 0 || now - told < wait) continue;
      notices.push(noticeOf(group, record, now));
      this.#groups.set(key, settled(group, now));
    }
    return notices;
  }

  /** The state for the next run. */
  known(): Record<string, ToldRefusals> {
    return Object.fromEntries(
      [...this.#groups].map(([key, { told, times, count, first, last }]) => [
        key,
        { told, times, count, first, last },
      ]),
    );
  }
}

function joined(before: Group | undefined, record: DecisionRecord): Group {
  const { time, filename } = record;
  if (before === undefined)
    return { told: 0, times: 0, count: 1, first: time, last: time, record, filenames: [filename] };
  const filenames = new Set([...before.filenames, filename]);
  return {
    ...before,
    count: before.count + 1,
    first: before.count === 0 ? time : before.first,
    last: time,
    record,
    filenames: [...filenames].slice(0, MAX_FILENAMES),
  };
}

function settled(group: Group, now: number): Group {
  return { ...group, told: now, times: group.times + 1, count: 0 };
}

function noticeOf(
  { count, first, last, times, filenames }: Group,
  { rule = '', reason = '', upstream, project, version, sha256, revision }: DecisionRecord,
  now: number,
): RefusalNotice {
  return {
    event: 'refusal',
    time: new Date(now).toISOString(),
    rule,
    reason,
    upstream,
    project,
    version,
    filenames,
    sha256,
    revision,
    count,
    first,
    last,
    isFirst: times === 0,
  };
}
