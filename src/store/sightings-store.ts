import type { ProjectName } from '../domain/project-name.js';
import type { Sightings } from '../domain/sightings.js';

/** What project pages listed, and since when, by upstream and project. */
export interface SightingsStore {
  /** Undefined if there is no record, or it is unreadable. Never rejects. */
  read(upstream: string, project: ProjectName): Promise<Sightings | undefined>;
  /** Durable once it resolves. */
  put(upstream: string, project: ProjectName, sightings: Sightings): Promise<void>;
}
