import { ASK_AGAIN, Failure } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { KnownStartPlaces, SeenArtifact, Standing } from '../domain/start-partners.js';
import type { StartPlaces } from '../domain/start-places.js';
import { withDeadline } from '../runtime/deadline.js';
import type { StartPlaceIndex } from './start-place-index.js';
import type { StartPlaceOrder } from './start-place-order.js';

/** How long a verdict waits for the artifacts of earlier runs, in milliseconds. */
const PATIENCE = 20_000;

export interface MetParts {
  readonly index: StartPlaceIndex;
  /** Resolves when the artifacts of earlier runs are in the index. */
  readonly searched: Promise<void>;
  /** Undefined for a process alone on its machine. */
  readonly order: StartPlaceOrder | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The start places of the artifacts seen here, and in other processes. */
export class StartPlacesMet implements KnownStartPlaces {
  readonly #parts: MetParts;
  #isRead = false;

  constructor(parts: MetParts) {
    this.#parts = parts;
    const { index, order } = parts;
    order?.onAnnounced((artifact, since) => index.add(artifact.project, artifact, since));
    void parts.searched.then(() => {
      this.#isRead = true;
    });
  }

  /** @throws {Failure} overloaded if it takes too long */
  async ready(): Promise<void> {
    if (!this.#isRead) await withDeadline(PATIENCE, this.#parts.searched, notRead);
  }

  /** Receives the findings of another process. */
  learn(project: ProjectName, inspection: Inspection): void {
    this.#parts.index.add(project, inspection, this.#parts.now());
  }

  /** Receives the findings of this process. Call it before they are stored and judged. */
  async arrived(project: ProjectName, inspection: Inspection): Promise<void> {
    const { startPlaces, filename, sha256, findings } = inspection;
    if (startPlaces === undefined) return;
    const { index, order, now } = this.#parts;
    const artifact = { project, filename, sha256, findings, startPlaces };
    index.add(project, artifact, order === undefined ? now() : await order.announce(artifact));
  }

  partnersOf(
    project: ProjectName,
    places: StartPlaces,
    standingOf: (artifact: SeenArtifact) => Standing,
  ) {
    return this.#parts.index.partnersOf(project, places, standingOf);
  }

  isCut(project: ProjectName, places: StartPlaces): boolean {
    return this.#parts.index.isCut(project, places);
  }
}

function notRead(): Failure {
  return new Failure('overloaded', 'The findings of earlier runs are still being read.', {
    retryAfter: ASK_AGAIN,
  });
}
