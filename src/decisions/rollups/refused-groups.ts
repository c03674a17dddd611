import { hashOf } from '../decision-id.js';
import { type DecisionRecord, isAhead } from '../record.js';
import { HOUR } from './periods.js';
import { noteRecent } from './recent-counts.js';
import { distinct, type Sketch } from './sketch.js';
import type { Mode } from './slots.js';

/** So many users of a group are known by name. */
export const MOST_USERS = 20;

/** Requests for one file that one rule refused, would have refused without dry-run, or warned about. */
export interface RefusedGroup {
  readonly project: string;
  readonly version: string | undefined;
  readonly filename: string;
  readonly rule: string | undefined;
  sha256: string | undefined;
  /** How many of each mode there were. */
  enforce: number;
  dryRun: number;
  warn: number;
  /** Refusals before the first request: they are not counted, and have no users. */
  ahead: number;
  /** Milliseconds since 1970. */
  first: number;
  last: number;
  /** Distinguishes the last record from others of that time, for its ID. */
  lastHash: number;
  /** The rule's most recent reason. */
  reason: string | undefined;
  /** The first users, or addresses for anonymous requests. */
  readonly users: string[];
  /** The further ones. */
  others: Sketch | undefined;
  /** How often it was met of late, as `recent-counts.ts` has it. */
  recent: number[];
}

/** The most recent groups; beyond the limit, the least recent one is dropped. */
export class RefusedGroups {
  readonly #size: number;
  readonly #groups = new Map<string, RefusedGroup>();
  /** Interned names of users: equal ones of many groups share memory. */
  readonly #names = new Map<string, string>();

  constructor(size: number, kept: readonly RefusedGroup[] = []) {
    this.#size = size;
    for (const group of kept) this.#groups.set(keyOf(group), group);
  }

  /** @param time of the record, in milliseconds since 1970 */
  note(record: DecisionRecord, mode: Mode, time: number): void {
    const key = keyOf(record);
    const known = this.#groups.get(key);
    const group = known ?? groupOf(record, time);
    // The most recent is last.
    if (known !== undefined) this.#groups.delete(key);
    this.#groups.set(key, group);
    const isOfProbe = isAhead(record);
    if (isOfProbe) group.ahead += 1;
    else if (mode === 'enforce') group.enforce += 1;
    else if (mode === 'dry-run') group.dryRun += 1;
    else group.warn += 1;
    if (!isOfProbe) noteRecent(group.recent, Math.floor(time / HOUR));
    if (time < group.first) group.first = time;
    // A search runs backwards from the newest.
    if (time >= group.last) {
      group.last = time;
      group.lastHash = hashOf(record);
      group.reason = record.reason;
      group.sha256 = record.sha256;
    }
    if (!isOfProbe) this.#noteUser(group, record);
    if (this.#groups.size > this.#size) {
      const [oldest] = this.#groups.keys();
      this.#groups.delete(oldest!);
    }
  }

  #noteUser(group: RefusedGroup, record: DecisionRecord): void {
    const name = userOf(record);
    if (group.users.includes(name)) return;
    if (group.users.length < MOST_USERS) group.users.push(this.#shared(name));
    else group.others = distinct(group.others, name);
  }

  #shared(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= this.#size) this.#names.clear();
    this.#names.set(name, name);
    return name;
  }

  /** The most recent is last. */
  all(): RefusedGroup[] {
    return [...this.#groups.values()];
  }
}

/** The user: by name, or by address for anonymous requests. */
export function userOf({ user, forwarded, client }: DecisionRecord): string {
  return String(user ?? forwarded ?? client);
}

/** The same text for all records of one group. */
export function keyOf({
  project,
  version,
  filename,
  rule,
}: Pick<DecisionRecord, 'project' | 'version' | 'filename' | 'rule'>): string {
  return `${project}\n${version ?? ''}\n${filename}\n${rule ?? ''}`;
}

/** Of the first record of a group, without counting it. */
export function groupOf(record: DecisionRecord, time: number): RefusedGroup {
  const { project, version, filename, rule, sha256, reason } = record;
  return {
    project,
    version,
    filename,
    rule,
    sha256,
    enforce: 0,
    dryRun: 0,
    warn: 0,
    ahead: 0,
    first: time,
    last: time,
    lastHash: 0,
    reason,
    users: [],
    others: undefined,
    recent: [],
  };
}
