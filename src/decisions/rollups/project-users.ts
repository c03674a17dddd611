import { crc32 } from 'node:zlib';
import type { DecisionRecord } from '../record.js';
import { userOf } from './refused-groups.js';
import { countDistinct, distinct, type Sketch } from './sketch.js';

/** The maximum number of users of a project that are distinguished exactly. */
const EXACT = 16;
/** The number of users from which a project is in use; if there are fewer in total, all of them, but at least two. */
const IN_USE = 5;
const LEAST = 2;

/** How long a public project is new, in milliseconds, regardless of the policy: the default of `new-project`. */
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
 * The number of users who have downloaded each project. Beyond `size` projects, the one without a new user for the
 * longest time is dropped. A project takes some 200 bytes, and 300 from the 17th user on.
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

/** Whether an artifact's bytes were delivered. */
function isDownload({ method, status, verdict, filename }: DecisionRecord): boolean {
  return (
    method === 'GET' &&
    (status === 200 || status === 206) &&
    verdict !== 'block' &&
    !filename.endsWith('.metadata')
  );
}

/**
 * Whether the project was new at the public index, by its age or by the rule that warned about it: users of a squat do
 * not make its name a known one. Without upload times, another rule may have hidden the warning.
 */
function mayBeNew({ time, verdict, rule, page }: DecisionRecord): boolean {
  if (rule === 'new-project') return true;
  if (page?.public !== true) return false;
  const { projectBegan, uploaded } = page;
  if (projectBegan !== undefined) return Date.parse(time) - Date.parse(projectBegan) < NEW;
  return uploaded === undefined && verdict === 'warn';
}
