import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import {
  binds,
  type Demands,
  inDispute,
  notPinned,
  type SeenByName,
  type SeenBytes,
} from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import { LaterWrites } from '../runtime/later-writes.js';
import type { SeenStore } from '../store/seen-store.js';

/**
 * How long a difference between the index and the pinned bytes is remembered, in milliseconds: the file is not
 * downloaded again meanwhile, and a front server's error page in its place does not refuse the file permanently.
 */
const REMEMBER_OTHERS = 10 * 60_000;
/** The maximum number of projects in that memory; the oldest is dropped first. */
const MAX_OTHERS = 10_000;

/** The pins of all replicas that share the cache. */
export interface FirstPins {
  /**
   * Pins bytes of a file without a local pin, unless others have pinned it.
   * @returns the first pin; undefined if it is this one, or the others are unavailable
   */
  pin(upstream: string, project: ProjectName, seen: SeenBytes): Promise<SeenBytes | undefined>;
}

/** The result of checking bytes against a pin. */
export interface Held {
  /** To be announced to other processes. */
  readonly learnt: SeenBytes;
  /** Why they are refused. */
  readonly doubt?: string;
  /** The bytes that they replace from now on. */
  readonly replaced?: SeenBytes;
}

/** The maximum number of pins that wait for the disk; further ones are lost with the process. */
const MAX_WAITING = 1_000;

/**
 * The first bytes of each file. With `reuploads: accept`, those that match a declared strong digest bind only once the
 * index no longer declares one.
 */
export class Pins {
  readonly #store: SeenStore;
  readonly #now: () => number;
  readonly #fleet: FirstPins | undefined;
  readonly #onLost: (upstream: string, error: unknown) => void;
  /** Pins that wait for the disk, by upstream, project and filename. */
  readonly #later = new LaterWrites<SeenBytes>(MAX_WAITING);
  /** Pins that could not be stored, likewise; the oldest is dropped first. */
  readonly #lost = new LRUCache<string, true>({ max: MAX_OTHERS });
  /** By upstream and project. */
  readonly #others = new LRUCache<string, Span>({ max: MAX_OTHERS });

  /**
   * @param onLost receives the error if the pin of a file with a declared digest cannot be stored
   * @param fleet the other replicas, whose pins count as well
   */
  constructor(
    store: SeenStore,
    now: () => number,
    onLost: (upstream: string, error: unknown) => void,
    fleet?: FirstPins,
  ) {
    this.#store = store;
    this.#now = now;
    this.#onLost = onLost;
    this.#fleet = fleet;
  }

  /** Rejects if they are unreadable. */
  known(upstream: string, project: ProjectName): Promise<SeenByName> {
    return this.#store.known(upstream, project);
  }

  /** Whether a file's pin is in memory, and need not be stored again. */
  has(upstream: string, project: ProjectName, filename: string): boolean {
    if (this.#lost.has(keyOf(upstream, project, { filename }))) return false;
    return this.#store.peek(upstream, project)?.has(filename) === true;
  }

  /** The pins in memory, unless they have to be read again. */
  now(upstream: string, project: ProjectName): SeenByName | undefined {
    const key = `${upstream}/${project}`;
    const others = this.#others.get(key);
    if (others !== undefined && !within(others, this.#now())) {
      this.#others.delete(key);
      this.#store.forget(upstream, project);
    }
    return this.#store.peek(upstream, project);
  }

  /**
   * Checks received bytes against the pin on disk, regardless of memory: the first bytes remain the first. One at a
   * time per file.
   * @param strong whether the index declares a strong digest for them
   * @param isLater whether a pin beside a strong digest may be stored later
   * @throws if the pin cannot be read, or cannot be stored at once where it must be
   */
  async hold(
    upstream: string,
    project: ProjectName,
    seen: SeenBytes,
    strong: boolean,
    demands: Demands,
    isLater = false,
  ): Promise<Held> {
    const read =
      this.#later.get(keyOf(upstream, project, seen)) ??
      (await this.#store.read(upstream, project, seen.filename));
    if (read === 'unreadable' && binds(read, strong, demands))
      throw new Error(`the pin of ${seen.filename} cannot be read`);
    const own = read === 'unreadable' ? undefined : read;
    const pin = own ?? (await this.#fleet?.pin(upstream, project, next(seen, undefined, strong)));
    if (pin !== undefined && binds(pin, strong, demands)) {
      const doubt = doubtOf(pin, seen);
      if (doubt !== undefined) {
        if (own === undefined) await this.#put(upstream, project, pin, strong && isLater);
        const learnt = pin.disputed === undefined ? { ...pin, other: seen.sha256 } : pin;
        this.learn(upstream, project, learnt);
        return { learnt, doubt };
      }
    }
    const learnt = this.#next(seen, pin, strong, demands);
    if (isDeepStrictEqual(learnt, own)) this.#store.learn(upstream, project, learnt);
    else await this.#put(upstream, project, learnt, strong && isLater);
    const isReplaced = pin !== undefined && learnt.replaced?.sha256 === pin.sha256;
    return { learnt, ...(isReplaced && pin.sha256 !== seen.sha256 && { replaced: pin }) };
  }

  /** Resolves when all pins are on disk. */
  settled(): Promise<void> {
    return this.#later.settled();
  }

  /**
   * Durable once it resolves, unless it may be stored later: then it is known to this process at once. A disk that hangs
   * would delay every artifact.
   */
  async #put(
    upstream: string,
    project: ProjectName,
    pin: SeenBytes,
    isLater: boolean,
  ): Promise<void> {
    const key = keyOf(upstream, project, pin);
    const write = async (latest: SeenBytes) => {
      await this.#store.put(upstream, project, latest);
      this.#lost.delete(key);
    };
    if (!isLater) return write(pin);
    this.#store.learn(upstream, project, pin);
    const onLost = (error: unknown) => {
      this.#lost.set(key, true);
      this.#onLost(upstream, error);
    };
    this.#later.put(key, pin, { write, onLost });
  }

  /** The new or changed pin, with the previous bytes if a change is permitted. */
  #next(seen: SeenBytes, pin: SeenBytes | undefined, strong: boolean, demands: Demands): SeenBytes {
    const pinned = next(seen, pin, strong);
    if (pin === undefined || demands.reuploads !== 'accept') return pinned;
    const isOther = pin.sha256 !== seen.sha256;
    const replaced = isOther ? { sha256: pin.sha256, at: this.#now() } : pin.replaced;
    return { ...pinned, ...(replaced && { replaced }) };
  }

  /** Stores facts from another process. */
  learn(upstream: string, project: ProjectName, seen: SeenBytes): void {
    if (seen.other !== undefined) {
      const from = this.#now();
      this.#others.set(`${upstream}/${project}`, { from, until: from + REMEMBER_OTHERS });
    }
    this.#store.learn(upstream, project, seen);
  }

  /** Reads the disk again: a pin may have been removed. */
  forget(): void {
    this.#others.clear();
    this.#store.forget();
  }
}

function keyOf(
  upstream: string,
  project: ProjectName,
  { filename }: Pick<SeenBytes, 'filename'>,
): string {
  return `${upstream}/${project}/${filename}`;
}

/** The pin that these bytes make, or change. */
function next(
  { filename, sha256, hashes }: SeenBytes,
  pin: SeenBytes | undefined,
  strong: boolean,
): SeenBytes {
  return {
    filename,
    sha256,
    hashes: pin?.sha256 === sha256 ? { ...pin.hashes, ...hashes } : hashes,
    ...(strong && (pin === undefined || pin.declared) && { declared: true }),
  };
}

function doubtOf(pin: SeenBytes, { filename, sha256 }: SeenBytes): string | undefined {
  if (pin.disputed !== undefined) return inDispute(filename, pin);
  return pin.sha256 === sha256 ? undefined : notPinned(filename, pin, sha256);
}
