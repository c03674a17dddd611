import { crc32 } from 'node:zlib';
import type { DecisionRecord } from '../record.js';
import { userOf } from './refused-groups.js';
import { countDistinct, distinct, type Sketch } from './sketch.js';

/** So many users of a project are told apart exactly. */
const EXACT = 16;
/** A project is in use from so many users on; where there are fewer in all, from all of them on, and at least two. */
const IN_USE = 5;
const LEAST = 2;

/** A public project is new for so long, in milliseconds, whatever the policy says: the default of `new-project`. */
const NEW = 30 * 86_400_000;

/** A project, and about how many users have downloaded it. */
export interface UsedProject {
  readonly name: string;
  readonly users: number;
}

/** As plain data: hashes of users' names, and the rest of them as a sketch. */
export type KeptUsers = readonly [
  project: string,
  users: readonly number[],
  others?: readonly number[],
];

interface Users {
  readonly known: number[];
  others: Sketch | undefined;
}

/**
 * How many users have downloaded each project. Beyond `size` projects, those go that gained no user for the longest time.
 * A project takes some 200 bytes, and 300 from the 17th user on.
 */
export class ProjectUsers {
  readonly #size: number;
  readonly #projects: Map<string, Users>;
  #everybody: Sketch | undefined;

  constructor(size: number, kept: readonly KeptUsers[] = [], everybody?: readonly number[]) {
    this.#size = size;
    this.#projects = new Map(
      kept.map(([project, known, others]) => [
        project,
        { known: [...known], others: others && Uint32Array.from(others) },
      ]),
    );
    this.#everybody = everybody && Uint32Array.from(everybody);
  }

  /** Notes a download of an artifact of a project that is not new; of other records nothing. */
  note(record: DecisionRecord): void {
    if (!isDownload(record) || mayBeNew(record)) return;
    const { project } = record;
    const name = userOf(record);
    const user = crc32(name);
    const users = this.#projects.get(project) ?? { known: [], others: undefined };
    if (users.known.includes(user)) return;
    this.#everybody = distinct(this.#everybody, name);
    if (users.known.length >= EXACT) {
      users.others = distinct(users.others, name);
      return;
    }
    users.known.push(user);
    this.#projects.delete(project);
    this.#projects.set(project, users);
    if (this.#projects.size > this.#size) {
      const [oldest] = this.#projects.keys();
      this.#projects.delete(oldest!);
    }
  }

  /** The projects that are in use. */
  inUse(): UsedProject[] {
    const least = Math.min(IN_USE, Math.max(LEAST, countDistinct(this.#everybody)));
    const used: UsedProject[] = [];
    for (const [name, { known, others }] of this.#projects) {
      if (known.length < least) continue;
      used.push({ name, users: known.length + countDistinct(others) });
    }
    return used;
  }

  all(): KeptUsers[] {
    return Array.from(this.#projects, ([project, { known, others }]) =>
      others === undefined ? [project, [...known]] : [project, [...known], [...others]],
    );
  }

  get everybody(): readonly number[] | undefined {
    return this.#everybody && [...this.#everybody];
  }
}

/** Whether somebody was given an artifact's bytes. */
function isDownload({ method, status, verdict, filename }: DecisionRecord): boolean {
  return (
    method === 'GET' &&
    (status === 200 || status === 206) &&
    verdict !== 'block' &&
    !filename.endsWith('.metadata')
  );
}

/**
 * Whether the project was new at the public index, by its age or by the rule that warned of it: the users of a squat do not
 * make its name a known one. Without any time, the rule's warning may have been behind another's.
 */
function mayBeNew({ time, verdict, rule, page }: DecisionRecord): boolean {
  if (rule === 'new-project') return true;
  if (page?.public !== true) return false;
  const { projectBegan, uploaded } = page;
  if (projectBegan !== undefined) return Date.parse(time) - Date.parse(projectBegan) < NEW;
  return uploaded === undefined && verdict === 'warn';
}
