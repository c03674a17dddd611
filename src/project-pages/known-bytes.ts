import { LRUCache } from 'lru-cache';
import { ASK_AGAIN, asFailure, Failure, isExhausted } from '../domain/failure.js';
import { besideSha256, hasOtherStrong, isStrong } from '../domain/hashes.js';
import type { Demands, LearntBytes, Seen, SeenBytes, SeenKind } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { ProjectPage } from '../domain/project-page.js';
import { LeftAlone } from '../runtime/left-alone.js';
import type { SeenStore } from '../store/seen-store.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Pins } from './pins.js';
import type { ListedFile } from './project-pages.js';

export interface KnownBytesParts {
  readonly facts: SeenStore;
  readonly pins: Pins;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onEvent: (event: SeenEvent) => void;
}

export type SeenEvent =
  /** To be announced to other processes. */
  | ({ readonly kind: 'learnt' } & LearntBytes)
  | { readonly kind: 'failed'; readonly what: SeenKind; readonly error: unknown }
  | { readonly kind: 'not-pinned'; readonly upstream: string; readonly reason: string }
  /** The index has other bytes for a file than before, and may. */
  | {
      readonly kind: 'replaced';
      readonly upstream: string;
      readonly filename: string;
      readonly before: string;
      readonly now: string;
    };

/** The maximum number of files whose delivery from the store is remembered; the oldest is dropped first. */
const MAX_SERVED = 10_000;
/** Their bytes are pinned with a later delivery where that failed, in milliseconds. */
const REST = { first: 30_000, longest: 3_600_000 };

/** Which bytes files had when they first came here, and which have those whose sha256 the index does not declare. */
export class KnownBytes {
  readonly #parts: KnownBytesParts;
  /**
   * By upstream, project and filename: settled when their bytes are pinned, or could not be. These promises never
   * reject.
   */
  readonly #served = new LRUCache<string, Promise<unknown>>({ max: MAX_SERVED });
  readonly #failedToPin: LeftAlone;

  constructor(parts: KnownBytesParts) {
    this.#parts = parts;
    this.#failedToPin = new LeftAlone(MAX_SERVED, parts.now, REST);
  }

  /**
   * The known bytes of a page's files.
   * @throws {Failure} unable if our files are temporarily unreadable
   */
  async of(upstream: Upstream, { project, files }: ProjectPage): Promise<Seen> {
    const { facts, pins } = this.#parts;
    const { name } = upstream;
    const [known, pinned] = await Promise.all([
      files.some(({ hashes }) => hasOtherStrong(hashes))
        ? facts.known(name, project).catch((error: unknown) => this.#notKnown('facts', error))
        : NONE,
      pins.known(name, project).catch((error: unknown) => this.#notKnown('pins', error)),
    ]);
    return { facts: known ?? NONE, pins: pinned };
  }

  /** An earlier result, if it is still complete; otherwise the present one, if it is in memory. */
  now({ name }: Upstream, { project }: ProjectPage, seen: Seen): Seen | undefined {
    const { facts, pins } = this.#parts;
    const known = seen.facts === NONE ? NONE : facts.peek(name, project);
    const pinned = pins.now(name, project);
    if (known === undefined || pinned === undefined) return undefined;
    return known === seen.facts && pinned === seen.pins ? seen : { facts: known, pins: pinned };
  }

  /**
   * Stores the digests of a received file that matches every declared digest.
   * @returns the reason for refusing it nevertheless: different bytes are pinned
   * @throws {Failure} overloaded if they cannot be pinned
   */
  async remember(
    listed: ListedFile,
    seen: Omit<SeenBytes, 'filename'>,
  ): Promise<string | undefined> {
    // One at a time for a file.
    await this.#served.get(servedKey(listed));
    return this.#remember(listed, seen, true);
  }

  /**
   * Pins the bytes of a file that is served from the store without a pin: it was cached under another name, from
   * another index, or before pins existed. In the background, and once per file and process, unless it fails.
   */
  noteServed(listed: ListedFile): void {
    const { file, page, upstream } = listed;
    const { sha256, hashes, integrity, filename } = file;
    if (sha256 === undefined || integrity !== undefined) return;
    const { pins } = this.#parts;
    if (pins.has(upstream.name, page.project, filename)) return;
    const key = servedKey(listed);
    if (this.#served.has(key) || this.#failedToPin.until(key) !== undefined) return;
    const seen = { sha256, hashes: besideSha256(hashes) };
    const pinned = this.#remember(listed, seen, false).catch(() => {
      // The error was reported by an event.
      this.#failedToPin.leave(key);
      if (this.#served.peek(key) === pinned) this.#served.delete(key);
    });
    this.#served.set(key, pinned);
  }

  async #remember(
    { file, page, upstream }: ListedFile,
    { sha256, hashes }: Omit<SeenBytes, 'filename'>,
    isLater: boolean,
  ): Promise<string | undefined> {
    const seen = { filename: file.filename, sha256, hashes };
    const strong = isStrong(file.hashes);
    const doubt = await this.#holdToPin(upstream, page.project, seen, strong, isLater);
    if (doubt !== undefined || !strong) return doubt;
    if (hasOtherStrong(file.hashes)) await this.#keepFact(upstream.name, page.project, seen);
    return undefined;
  }

  /** Stores facts from another process. */
  learn({ what, upstream, project, seen }: LearntBytes): void {
    this.#parts[what].learn(upstream, project, seen);
  }

  /** Reads the disk again: a pin may have been removed. */
  forget(): void {
    this.#served.clear();
    this.#failedToPin.clear();
    this.#parts.facts.forget();
    this.#parts.pins.forget();
  }

  async #holdToPin(
    { name: upstream, ...demands }: Demands & { readonly name: string },
    project: ProjectName,
    seen: SeenBytes,
    strong: boolean,
    isLater: boolean,
  ): Promise<string | undefined> {
    try {
      const held = await this.#parts.pins.hold(upstream, project, seen, strong, demands, isLater);
      const { learnt, doubt, replaced } = held;
      this.#parts.onEvent({ kind: 'learnt', what: 'pins', upstream, project, seen: learnt });
      if (doubt !== undefined) this.#parts.onEvent({ kind: 'not-pinned', upstream, reason: doubt });
      if (replaced !== undefined)
        this.#parts.onEvent({
          kind: 'replaced',
          upstream,
          filename: seen.filename,
          before: replaced.sha256,
          now: seen.sha256,
        });
      return doubt;
    } catch (cause) {
      this.#failed('pins', cause);
      throw new Failure('overloaded', `The bytes of ${seen.filename} cannot be pinned.`, {
        cause,
        retryAfter: ASK_AGAIN,
      });
    }
  }

  async #keepFact(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void> {
    const { facts, onEvent } = this.#parts;
    try {
      await facts.put(upstream, project, seen);
      onEvent({ kind: 'learnt', what: 'facts', upstream, project, seen });
    } catch (error) {
      // Good for this process; another one looks again.
      facts.learn(upstream, project, seen);
      this.#failed('facts', error);
    }
  }

  #notKnown(what: SeenKind, error: unknown): undefined {
    this.#failed(what, error);
    if (isExhausted(error)) throw asFailure(error, 'Stored file data cannot be read.');
  }

  #failed(what: SeenKind, error: unknown): undefined {
    this.#parts.onEvent({ kind: 'failed', what, error });
  }
}

function servedKey({ file, page, upstream }: ListedFile): string {
  return `${upstream.name}/${page.project}/${file.filename}`;
}

const NONE = new Map<string, never>();
