import { fileKey } from '../../domain/file-key.js';
import type { ShortLeases } from '../../fleet/short-leases.js';
import type { ListedFile } from '../../project-pages/project-pages.js';
import { withDeadline } from '../../runtime/deadline.js';
import { LeftAlone } from '../../runtime/left-alone.js';
import type { ArtifactService } from '../artifact-service.js';
import { type AheadResult, fetchAhead } from './fetch-ahead.js';
import { HourlyBytes } from './hourly-bytes.js';

/** At a time; more wait. */
const AT_ONCE = 2;
/** Beyond these they are left to the clients that ask for them. */
const MOST_WAITING = 50;
/** Files that were tried: an upstream that fails is not asked at each page. */
const MOST_REMEMBERED = 10_000;
/** Files of one announcement. */
const MOST_OF_PAGE = 8;
/** The time for which other members of the fleet leave a file to us, in milliseconds. */
const LEASE = 300_000;
/** A transfer has this much time, and a second more for so many bytes: a slower one gives its place away, in milliseconds. */
const PATIENCE = 30_000;
const LEAST_RATE = 256 * 1024;

export interface ReleaseFetcherParts {
  readonly artifacts: Pick<ArtifactService, 'open'>;
  readonly leases: ShortLeases;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onEnded: (listed: ListedFile, result: AheadResult) => void;
}

export interface ReleaseFetcherSettings {
  /** Longer files are not fetched ahead, in bytes. */
  readonly longest: number;
  /** In an hour, in bytes. */
  readonly hourly: number;
}

/** Fetches and inspects files of new releases before a client asks for them, a few at a time. */
export class ReleaseFetcher {
  readonly #settings: ReleaseFetcherSettings;
  readonly #parts: ReleaseFetcherParts;
  readonly #waiting: ListedFile[] = [];
  readonly #tried: LeftAlone;
  readonly #bytes: HourlyBytes;
  #running = 0;
  #isClosed = false;

  constructor(settings: ReleaseFetcherSettings, parts: ReleaseFetcherParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#tried = new LeftAlone(MOST_REMEMBERED, parts.now);
    this.#bytes = new HourlyBytes(settings.hourly, parts.now);
  }

  /** Starts fetching the files, within the limits, in the background. */
  announce(files: readonly ListedFile[]): void {
    if (this.#isClosed) return;
    for (const listed of files.slice(0, MOST_OF_PAGE)) {
      const { size } = listed.file;
      const key = fileKey(listed.subject);
      if (size === undefined || size > this.#settings.longest) continue;
      if (this.#waiting.length === MOST_WAITING || this.#tried.until(key) !== undefined) continue;
      if (!this.#bytes.take(listed.subject.project, size)) continue;
      this.#tried.leave(key);
      this.#waiting.push(listed);
    }
    while (this.#running < AT_ONCE && this.#waiting.length > 0) void this.#run();
  }

  /** Transfers in progress finish; new ones are not started. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
  }

  /** Works until nothing is waiting. */
  async #run(): Promise<void> {
    this.#running += 1;
    for (let listed = this.#waiting.shift(); listed; listed = this.#waiting.shift())
      await this.#fetch(listed);
    this.#running -= 1;
  }

  async #fetch(listed: ListedFile): Promise<void> {
    const { artifacts, leases, onEnded } = this.#parts;
    const { file, subject } = listed;
    const size = file.size ?? 0;
    // Another member of the fleet fetches it, and announces its findings.
    if (!(await leases.take(`ahead:${fileKey(listed.subject)}`, LEASE))) return;
    const fetching = fetchAhead(artifacts, listed).then((result) => {
      if (result === 'failed') this.#bytes.giveBack(subject.project, size);
      onEnded(listed, result);
    });
    await withDeadline(PATIENCE + (size / LEAST_RATE) * 1_000, fetching).catch(() => {});
  }
}
