import { LRUCache } from 'lru-cache';
import { asFailure, Failure, isExhausted } from '../domain/failure.js';
import { besideSha256, hasOtherStrong, isStrong } from '../domain/hashes.js';
import {
  type Demands,
  keepsPins,
  type LearntBytes,
  type Seen,
  type SeenBytes,
  type SeenKind,
} from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { ProjectPage } from '../domain/project-page.js';
import type { SeenStore } from '../store/seen-store.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Pins } from './pins.js';
import type { ListedFile } from './project-pages.js';

export interface KnownBytesParts {
  readonly facts: SeenStore;
  readonly pins: Pins;
  readonly onEvent: (event: SeenEvent) => void;
}

export type SeenEvent =
  /** Other processes should know, too. */
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

/** Files of which it is remembered that their bytes went out of the store; the longest ago goes first. */
const MAX_SERVED = 10_000;

/** Which bytes files have whose sha256 the index does not declare. */
export class KnownBytes {
  readonly #parts: KnownBytesParts;
  /** By upstream, project and filename: once their bytes are pinned, or could not be. None of these rejects. */
  readonly #served = new LRUCache<string, Promise<unknown>>({ max: MAX_SERVED });

  constructor(parts: KnownBytesParts) {
    this.#parts = parts;
  }

  /**
   * What a page's files must be held against; undefined where the index declares the sha256 of each, and nothing else that
   * counts.
   * @throws {Failure} unable where no file of ours can be read just now
   */
  async of(upstream: Upstream, page: ProjectPage): Promise<Seen | undefined> {
    const { facts, pins } = this.#parts;
    const { name } = upstream;
    const pinning = keepsPins(upstream);
    if (!pinning && !page.files.some(({ hashes }) => hasOtherStrong(hashes))) return undefined;
    const [known, pinned] = await Promise.all([
      facts.known(name, page.project).catch((error: unknown) => this.#notKnown('facts', error)),
      pinning
        ? pins.known(name, page.project).catch((error: unknown) => this.#notKnown('pins', error))
        : NONE,
    ]);
    return { facts: known ?? NONE, pins: pinned };
  }

  /** Whether what was read before is all that is known now. */
  isCurrent(upstream: Upstream, { project }: ProjectPage, seen: Seen): boolean {
    const { name } = upstream;
    const { facts, pins } = this.#parts;
    return (
      seen.facts === facts.peek(name, project) &&
      (!keepsPins(upstream) || pins.isCurrent(name, project, seen.pins))
    );
  }

  /**
   * Keeps what was received for a file, and was found to have every digest that the index declares.
   * @returns why it is refused all the same: other bytes are pinned
   * @throws {Failure} overloaded where they cannot be pinned
   */
  async remember(
    listed: ListedFile,
    seen: Omit<SeenBytes, 'filename'>,
  ): Promise<string | undefined> {
    // One at a time for a file.
    await this.#served.get(servedKey(listed));
    return this.#remember(listed, seen);
  }

  /**
   * Pins the bytes of a file that goes out of the store, where none are pinned: they came here under another name, by another
   * index, or before pins were kept. Once for a file and process, and nobody waits for it.
   */
  noteServed(listed: ListedFile): void {
    const { file, page, upstream } = listed;
    if (!keepsPins(upstream)) return;
    const { sha256, hashes, integrity, filename } = file;
    if (sha256 === undefined || integrity !== undefined) return;
    const { pins } = this.#parts;
    if (pins.has(upstream.name, page.project, filename)) return;
    const key = servedKey(listed);
    if (this.#served.has(key)) return;
    // What goes wrong is told of by an event.
    const pinned = this.#remember(listed, { sha256, hashes: besideSha256(hashes) });
    this.#served.set(
      key,
      pinned.catch(() => {}),
    );
  }

  async #remember(
    { file, page, upstream }: ListedFile,
    { sha256, hashes }: Omit<SeenBytes, 'filename'>,
  ): Promise<string | undefined> {
    const seen = { filename: file.filename, sha256, hashes };
    const strong = isStrong(file.hashes);
    if (keepsPins(upstream)) {
      const doubt = await this.#holdToPin(upstream, page.project, seen, strong);
      if (doubt !== undefined || !strong) return doubt;
    }
    if (hasOtherStrong(file.hashes)) await this.#keepFact(upstream.name, page.project, seen);
    return undefined;
  }

  /** Takes over what another process has learnt. */
  learn({ what, upstream, project, seen }: LearntBytes): void {
    this.#parts[what].learn(upstream, project, seen);
  }

  /** Reads what lies on the disk anew: somebody may have removed a pin. */
  forget(): void {
    this.#served.clear();
    this.#parts.facts.forget();
    this.#parts.pins.forget();
  }

  async #holdToPin(
    { name: upstream, ...demands }: Demands & { readonly name: string },
    project: ProjectName,
    seen: SeenBytes,
    strong: boolean,
  ): Promise<string | undefined> {
    try {
      const held = await this.#parts.pins.hold(upstream, project, seen, strong, demands);
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
