import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import { within } from '../domain/span.js';
import { LeftAlone } from '../runtime/left-alone.js';

/**
 * Number of projects without range support at a server before it counts for all its projects: the owner of one file
 * must not decide for the others.
 */
const ENOUGH = 3;
/** How long a returned range proves the server's support, in milliseconds. */
const PROVEN = 3_600_000;
const MOST_SERVERS = 1_000;
const MOST_PROJECTS = 20_000;

interface Seen {
  /** The projects that recently received no range. */
  readonly projects: Set<ProjectName>;
  /** When it last returned a range, in milliseconds since 1970. */
  gaveAt: number;
}

/**
 * Servers without range support, which would send whole files repeatedly. A project whose file was sent whole is not
 * probed at its server for an hour, and neither is any other project once several had the same result and none received
 * a range.
 */
export class RangelessServers {
  readonly #now: () => number;
  readonly #seen = new LRUCache<string, Seen>({ max: MOST_SERVERS });
  readonly #servers: LeftAlone;
  readonly #projects: LeftAlone;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
    this.#servers = new LeftAlone(MOST_SERVERS, now);
    this.#projects = new LeftAlone(MOST_PROJECTS, now);
  }

  /**
   * @returns the end of the pause, in milliseconds since 1970; undefined if the project's files at the server may be
   * probed now
   */
  until(server: string, project: ProjectName): number | undefined {
    return this.#projects.until(`${server} ${project}`) ?? this.#servers.until(server);
  }

  gavePart(server: string): void {
    this.#of(server).projects.clear();
    this.#of(server).gaveAt = this.#now();
  }

  gaveWhole(server: string, project: ProjectName): void {
    this.#projects.leave(`${server} ${project}`);
    const { projects, gaveAt } = this.#of(server);
    if (within({ from: gaveAt, until: gaveAt + PROVEN }, this.#now())) return;
    projects.add(project);
    if (projects.size < ENOUGH) return;
    projects.clear();
    this.#servers.leave(server);
  }

  #of(server: string): Seen {
    let seen = this.#seen.get(server);
    if (seen === undefined) {
      seen = { projects: new Set(), gaveAt: -Infinity };
      this.#seen.set(server, seen);
    }
    return seen;
  }
}
