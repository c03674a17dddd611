import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../domain/digest.js';
import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import type { ProjectPages } from './project-pages.js';

/** Sidecars that were given lately. */
const MOST_SEEN = 10_000;
const SEEN_FOR = 60_000;
/** Requirements of one sidecar, and the part of it that is read, in characters. */
const MOST_REQUIRED = 16;
const MOST_TEXT = 64 * 1024;
/** The maximum number of pages prepared in parallel; further pages are prepared on request. */
const MOST_AT_ONCE = 8;

/**
 * Prepares pages before they are requested. A client that received a sidecar requests the pages of its requirements
 * next: their probes run while the client reads it.
 */
export class NextPages {
  readonly #pages: Pick<ProjectPages, 'judged' | 'recent'>;
  readonly #seen = new LRUCache<Sha256, true>({ max: MOST_SEEN, ttl: SEEN_FOR });
  #running = 0;

  constructor(pages: Pick<ProjectPages, 'judged' | 'recent'>) {
    this.#pages = pages;
  }

  /** A client received a sidecar. The work runs in the background. */
  announce(sha256: Sha256, metadata: Uint8Array): void {
    if (this.#seen.has(sha256)) return;
    this.#seen.set(sha256, true);
    for (const project of requiredBy(metadata)) {
      if (this.#running === MOST_AT_ONCE) return;
      if (this.#pages.recent(project) === undefined) void this.#prepare(project);
    }
  }

  async #prepare(project: ProjectName): Promise<void> {
    this.#running += 1;
    try {
      await this.#pages.judged(project);
    } catch {
      // Errors are reported by the request for the page.
    } finally {
      this.#running -= 1;
    }
  }
}

/** The projects that a METADATA requires on every machine (`Requires-Dist` without a marker). */
function requiredBy(metadata: Uint8Array): Set<ProjectName> {
  const text = Buffer.from(metadata.subarray(0, MOST_TEXT)).toString('latin1');
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  const required = new Set<ProjectName>();
  for (const [, name] of head.matchAll(/^requires-dist:[ \t]*([a-z0-9._-]+)[^;\r\n]*$/gim)) {
    const project = parseProjectName(name!);
    if (project !== undefined) required.add(project);
    if (required.size === MOST_REQUIRED) break;
  }
  return required;
}
