import { type DecisionRecord, isRequest, type LogRecord } from '../record.js';
import { NewestLines } from './newest-lines.js';
import { DAY, HOUR, type PeriodCounts, Periods } from './periods.js';
import { type KeptUsers, ProjectUsers } from './project-users.js';
import { type RefusedGroup, RefusedGroups } from './refused-groups.js';
import { SeenProjects } from './seen-projects.js';
import { CUT, countDecision, modeOf } from './slots.js';

export const HOURS = 30 * 24;
export const DAYS = 400;
const GROUPS = 20_000;
const NEWEST = 5_000;
const PROJECTS = 50_000;
const PROJECTS_WITH_USERS = 20_000;
const RECENT = 200;

/** Roll-ups as plain data. */
export interface RollupState {
  readonly hours: PeriodCounts;
  readonly days: PeriodCounts;
  readonly groups: readonly RefusedGroup[];
  readonly newest: readonly string[];
  readonly recent: readonly string[];
  readonly projects: readonly (readonly [project: string, first: number])[];
  /** Who has downloaded each project, and a sketch of all of them. */
  readonly users: readonly KeptUsers[];
  readonly everybody?: readonly number[] | undefined;
  /** The latest time of a record of the log itself that was noted. */
  readonly last: string;
  /** The noted position of other logs, as provided by their follower; undefined for none. */
  readonly others?: string | undefined;
}

/**
 * The dashboard's view of all decisions, without reading the log: counts by hour and day, refusals in groups, and the
 * newest refusals and warnings in full. Its size, and the cost of noting a record, are limited.
 */
export class Rollups {
  readonly hours: Periods;
  readonly days: Periods;
  readonly groups: RefusedGroups;
  /** Of refusals, warnings and dry-run matches. */
  readonly newest: NewestLines;
  /** Of all decisions. */
  readonly recent: NewestLines;
  readonly projects: SeenProjects;
  readonly users: ProjectUsers;
  /** The latest noted time of a record of this log, as written. */
  last: string;
  /** The noted position of other logs. */
  others: string | undefined;
  /** The beginning of a time, down to the hour, and that hour: most records are of the same one as the one before. */
  #prefix = '';
  #hour = 0;

  constructor(state?: RollupState) {
    this.hours = new Periods(HOUR, HOURS, state?.hours);
    this.days = new Periods(DAY, DAYS, state?.days);
    this.groups = new RefusedGroups(GROUPS, state?.groups);
    this.newest = new NewestLines(NEWEST, state?.newest);
    this.recent = new NewestLines(RECENT, state?.recent);
    this.projects = new SeenProjects(PROJECTS, state?.projects);
    this.users = new ProjectUsers(PROJECTS_WITH_USERS, state?.users, state?.everybody);
    this.last = state?.last ?? '';
    this.others = state?.others;
  }

  /** @param record parsed from its line, @param line of the log, with or without its line ending */
  note(record: LogRecord, line: string): void {
    if (this.noteOther(record, line) && record.time > this.last) this.last = record.time;
  }

  /** The same of a record that is in another log. @returns whether it has a time */
  noteOther(record: LogRecord, line: string): boolean {
    const hour = this.#hourOf(record.time);
    // Another log may contain invalid times.
    if (Number.isNaN(hour)) return false;
    if (!('event' in record)) this.#decision(record, line, hour);
    else if (record.event === 'cut') this.#add(hour, CUT);
    return true;
  }

  #decision(record: DecisionRecord, line: string, hour: number): void {
    const { hours, days } = this;
    countDecision(record, hours.counts, hours.placeFor(hour), days.counts, days.placeFor(hour));
    if (isRequest(record)) {
      this.projects.note(record.project, hour);
      this.users.note(record);
    }
    const bare = line.endsWith('\n') ? line.slice(0, -1) : line;
    this.recent.add(bare);
    const mode = modeOf(record);
    if (mode === undefined) return;
    this.groups.note(record, mode, Date.parse(record.time));
    this.newest.add(bare);
  }

  /** All of it as immutable data, except for the groups. */
  state(): RollupState {
    return {
      hours: this.hours.copy(),
      days: this.days.copy(),
      groups: this.groups.all(),
      newest: this.newest.all(),
      recent: this.recent.all(),
      projects: this.projects.all(),
      users: this.users.all(),
      everybody: this.users.everybody,
      last: this.last,
      others: this.others,
    };
  }

  #add(hour: number, place: number): void {
    this.hours.counts[this.hours.placeFor(hour) + place]! += 1;
    this.days.counts[this.days.placeFor(hour) + place]! += 1;
  }

  /** Start of a record's hour, in milliseconds since 1970. */
  #hourOf(time: string): number {
    // `2026-11-26T09:…Z`: in another form the hour may be another's.
    if (time.length === 24 && time.startsWith(this.#prefix) && this.#prefix !== '')
      return this.#hour;
    const hour = Math.floor(Date.parse(time) / HOUR) * HOUR;
    if (time.length === 24 && time.endsWith('Z') && !Number.isNaN(hour)) {
      this.#prefix = time.slice(0, 14);
      this.#hour = hour;
    }
    return hour;
  }
}
