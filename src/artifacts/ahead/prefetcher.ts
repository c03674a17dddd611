import type { ListedFile } from '../../project-pages/project-pages.js';
import type { ArtifactService } from '../artifact-service.js';
import { fetchAhead } from './fetch-ahead.js';

/** Larger wheels are fetched when they are asked for, in bytes: a resolver may look at many that it does not take. */
const MOST_BYTES = 32 * 2 ** 20;
/** Wheels on their way at a time that nobody has asked for; more are left to whoever asks. */
const MOST_AT_ONCE = 4;

/**
 * Fetches wheels before they are asked for. A client that asks for a wheel's sidecar mostly takes the wheel, once it has
 * resolved the rest: by then its bytes are here, inspected and judged, and its page says so.
 */
export class Prefetcher {
  readonly #artifacts: Pick<ArtifactService, 'open'>;
  #running = 0;

  constructor(artifacts: Pick<ArtifactService, 'open'>) {
    this.#artifacts = artifacts;
  }

  /** Begins to fetch a wheel, where that is little. Nobody waits for it; who asks for the wheel joins in. */
  announce(listed: ListedFile): void {
    const { size } = listed.file;
    if (size === undefined || size > MOST_BYTES || this.#running === MOST_AT_ONCE) return;
    this.#running += 1;
    void fetchAhead(this.#artifacts, listed).finally(() => {
      this.#running -= 1;
    });
  }
}
