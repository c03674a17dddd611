import type { EnvironmentAudit } from '../environment/audit-environment.js';
import { type SitePath, shownPath } from '../environment/site-path.js';
import type { ReleaseEvent } from './events.js';

interface Release {
  readonly project: string;
  readonly version: string | undefined;
  /** RECORD's digest. */
  readonly record: string | undefined;
}

/** The installed releases, by their metadata folder, between scans. */
export class ReleaseList {
  #known: ReadonlyMap<SitePath, Release> | undefined;

  /** Records the result of a full scan. @returns the changes since the previous one; empty the first time */
  replace({ distributions, claimed }: EnvironmentAudit): Omit<ReleaseEvent, 'time'>[] {
    const before = this.#known;
    const after = new Map<SitePath, Release>();
    for (const { folder, project, version } of distributions) {
      const facts = claimed.get(`${folder}/RECORD` as SitePath)?.facts;
      const record = facts?.kind === 'file' ? facts.sha256 : undefined;
      after.set(folder, { project, version, record });
    }
    this.#known = after;
    if (before === undefined) return [];
    const events: ReleaseEvent[] = [];
    const tell = (event: ReleaseEvent['event'], folder: SitePath, release: Release) =>
      events.push({
        event,
        project: release.project,
        version: release.version,
        path: shownPath(folder),
      });
    for (const [folder, release] of before)
      if (!after.has(folder)) tell('removed', folder, release);
    for (const [folder, release] of after) {
      const earlier = before.get(folder);
      if (earlier === undefined) tell('installed', folder, release);
      else if (earlier.record !== release.record) tell('changed', folder, release);
    }
    return events;
  }

  forget(): void {
    this.#known = undefined;
  }
}
