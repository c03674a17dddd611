import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import { within } from '../domain/span.js';
import { LeftAlone } from '../runtime/left-alone.js';

/** Projects whose files a server gave no parts of: then it gives none of any. Whoever owns one file does not speak for all. */
const ENOUGH = 3;
/** A server that gave a part gives parts, for so long, in milliseconds. */
const PROVEN = 3_600_000;
const MOST_SERVERS = 1_000;
const MOST_PROJECTS = 20_000;

interface Seen {
  /** That got no part, of late. */
  readonly projects: Set<ProjectName>;
  /** Milliseconds since 1970: when it gave a part last. */
  gaveAt: number;
}

/**
 * Servers that give no parts of files, which would send whole ones again and again. A project whose file came whole is left
 * alone at its server for an hour, and the server for all projects once several have shown the same and none got a part.
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

  /** @returns until when, in milliseconds since 1970; undefined where the server may be asked for the project's files now */
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
