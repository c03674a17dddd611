import type { ListedFile } from '../../project-pages/project-pages.js';
import type { ArtifactService } from '../artifact-service.js';
import { fetchAhead } from './fetch-ahead.js';

/**
 * Larger wheels are fetched only on request, in bytes: a resolver may read the metadata of many that it does not
 * install.
 */
const MOST_BYTES = 32 * 2 ** 20;
/** The maximum number of parallel prefetches; further wheels are fetched on request. */
const MOST_AT_ONCE = 4;

/**
 * Fetches wheels before they are requested. A client that requests a wheel's sidecar usually requests the wheel after
 * resolving the rest: its bytes are then cached, inspected and judged, and the page reflects the verdict.
 */
export class Prefetcher {
  readonly #artifacts: Pick<ArtifactService, 'open'>;
  #running = 0;

  constructor(artifacts: Pick<ArtifactService, 'open'>) {
    this.#artifacts = artifacts;
  }

  /** Starts fetching a wheel if it is small. A request for the wheel joins the fill. */
  announce(listed: ListedFile): void {
    const { size } = listed.file;
    if (size === undefined || size > MOST_BYTES || this.#running === MOST_AT_ONCE) return;
    this.#running += 1;
    void fetchAhead(this.#artifacts, listed).finally(() => {
      this.#running -= 1;
    });
  }
}
