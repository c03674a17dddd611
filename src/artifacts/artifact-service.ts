import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Sha256 } from '../domain/digest.js';
import { asFailure, type Failure } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import type { Hashes } from '../domain/hashes.js';
import type { Verdict } from '../domain/verdict.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import type { Blob } from '../store/blob-store.js';
import type { Judgement } from '../verdicts/judge.js';
import { Decider, type DeciderParts, type DecisionEvent } from './decider.js';
import { Fill } from './fill.js';
import { Filler, type FillerParts } from './filler.js';
import { type KeepEvent, Obtainer, type ObtainerParts } from './obtainer.js';
import { admittedDigest, flightKey, NOT_READY } from './task.js';

/** A fill, and when the last of it has been put away. */
interface Flight {
  readonly fill: Fill;
  /** Of the page that it was begun by. */
  readonly hashes: Hashes;
  readonly cleared: Promise<void>;
  /** Whether a client waits for it. */
  isWanted: boolean;
  /** Ends it at a stop, if none does. */
  readonly unwanted: AbortController;
}

const NOBODY = () => false;

/** The result of a request for an artifact. */
export type ArtifactAnswer =
  | { readonly kind: 'refused'; readonly listed: ListedFile; readonly verdict: Verdict }
  /** In the store, inspected and allowed; the caller closes the blob. */
  | {
      readonly kind: 'stored';
      readonly listed: ListedFile;
      readonly verdict: Verdict;
      readonly blob: Blob;
    }
  /** The client's copy is current and still allowed. */
  | { readonly kind: 'unchanged'; readonly listed: ListedFile; readonly verdict: Verdict }
  /** Not cached, but the request needs no bytes: the size is known from an earlier inspection. */
  | {
      readonly kind: 'known';
      readonly listed: ListedFile;
      readonly verdict: Verdict;
      readonly size: number;
    }
  /** Being received or inspected: there is no verdict yet. */
  | { readonly kind: 'filling'; readonly listed: ListedFile; readonly fill: Fill };

/** How a request asks for an artifact. */
export interface Asking {
  /** The fill's file was moved to the store before it was opened, so it is read from there. */
  readonly moved?: boolean;
  /** Whether the client has these bytes. */
  readonly has?: (sha256: Sha256) => boolean;
  /** Whether the response will contain no bytes of a file with this digest and size: a HEAD, a range beyond its end. */
  readonly givesNone?: ((sha256: Sha256, size: number) => boolean) | undefined;
  /** Whether no client has asked: a stop does not wait for it. */
  readonly isAhead?: boolean;
}

export interface ArtifactParts
  extends FillerParts,
    Omit<ObtainerParts, 'pages' | 'onEvent'>,
    Omit<DeciderParts, 'pages' | 'onEvent'> {
  readonly pages: Pick<ProjectPages, 'find' | 'invalidate'>;
  /** Receives background errors and cache events. */
  readonly onEvent: (event: ArtifactEvent) => void;
}

export type ArtifactEvent =
  | DecisionEvent
  | KeepEvent
  | { readonly kind: 'cache'; readonly result: 'hit' | 'miss' | 'joined' }
  | { readonly kind: 'failed'; readonly listed: ListedFile; readonly failure: Failure };

/**
 * Serves artifacts in the six steps of `docs/architecture.md`: identify the file, evaluate the rules that need no
 * bytes, serve a stored and allowed file, or else fetch once, inspect, judge, store.
 */
export class ArtifactService {
  readonly #parts: ArtifactParts;
  readonly #decider: Decider;
  readonly #filler: Filler;
  /** The single flight: one fill for an artifact, however many clients ask. */
  readonly #fills = new Map<string, Flight>();
  /** Fills still at work, for a graceful stop. */
  readonly #working = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #isClosing = false;

  constructor(parts: ArtifactParts) {
    this.#parts = parts;
    this.#decider = new Decider(parts);
    this.#filler = new Filler(parts, new Obtainer(parts, this.#decider), this.#decider);
    // Each fill adds a listener. Node prints a leak warning above ten, to the stream of the log.
    setMaxListeners(0, this.#stopping.signal);
  }

  /**
   * @param listed the file, as the project's current page has it
   * @throws {Failure} upstream failures
   */
  async open(
    listed: ListedFile,
    { moved = false, has = NOBODY, givesNone, isAhead = false }: Asking = {},
  ): Promise<ArtifactAnswer> {
    const { pages, judge, blobs, knownBytes, onEvent } = this.#parts;
    const judged = await judge.judge(listed.subject);
    const { verdict, inspection, unsettled } = judged;
    if (verdict.outcome === 'block') return { kind: 'refused', listed, verdict };
    const sha256 = admittedDigest(listed, inspection);
    if (sha256 !== undefined && has(sha256))
      return this.#byFacts(listed, judged, { kind: 'unchanged' });
    const running = this.#fills.get(flightKey(listed));
    if (running !== undefined) {
      const { end } = running.fill;
      const same = isDeepStrictEqual(running.hashes, listed.file.hashes);
      if (same && (end === undefined || (end.kind === 'allowed' && !unsettled && !moved))) {
        onEvent({ kind: 'cache', result: 'joined' });
        if (!isAhead) running.isWanted = true;
        return { kind: 'filling', listed, fill: running.fill };
      }
      // Its result is outdated: the verdict may have changed, or the file may now have another digest.
      await running.cleared;
      const { project, filename } = listed.subject;
      return this.open(await pages.find(project, filename), { has, givesNone, isAhead });
    }
    if (sha256 !== undefined) {
      const blob = await blobs.open(sha256);
      if (blob !== undefined) {
        onEvent({ kind: 'cache', result: 'hit' });
        if (unsettled) return this.#openSettled(listed, inspection, blob);
        knownBytes.noteServed(listed);
        return { kind: 'stored', listed, verdict, blob };
      }
      if (inspection !== undefined && givesNone?.(sha256, inspection.size))
        return this.#byFacts(listed, judged, { kind: 'known', size: inspection.size });
    }
    return { kind: 'filling', listed, fill: this.#join(listed, isAhead) };
  }

  /** No fetch is required: the necessary facts about its bytes are known. */
  async #byFacts(
    listed: ListedFile,
    { verdict, inspection, unsettled }: Judgement,
    answer: { readonly kind: 'unchanged' } | { readonly kind: 'known'; readonly size: number },
  ): Promise<ArtifactAnswer> {
    const settled = unsettled ? await this.#decider.verdictOn(listed, inspection) : verdict;
    if (settled.outcome === 'block') return { kind: 'refused', listed, verdict: settled };
    this.#parts.knownBytes.noteServed(listed);
    return { ...answer, listed, verdict: settled };
  }

  /** The bytes are here and inspected; who attests them has yet to be asked. */
  async #openSettled(
    listed: ListedFile,
    inspection: Inspection | undefined,
    blob: Blob,
  ): Promise<ArtifactAnswer> {
    const verdict = await this.#decider.verdictOn(listed, inspection);
    if (verdict.outcome === 'block') {
      await blob.close();
      return { kind: 'refused', listed, verdict };
    }
    this.#parts.knownBytes.noteServed(listed);
    return { kind: 'stored', listed, verdict, blob };
  }

  /** Waits for the fills in progress, then aborts the rest. @param grace milliseconds */
  async close(grace: number): Promise<void> {
    this.#isClosing = true;
    for (const { isWanted, unwanted } of this.#fills.values()) if (!isWanted) unwanted.abort();
    const done = Promise.allSettled([...this.#working]);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([done, patience]);
    clearTimeout(timer);
    this.#stopping.abort();
    await done;
  }

  #join(listed: ListedFile, isAhead: boolean): Fill {
    const key = flightKey(listed);
    const running = this.#fills.get(key);
    this.#parts.onEvent({ kind: 'cache', result: running === undefined ? 'miss' : 'joined' });
    if (running !== undefined) {
      if (!isAhead) running.isWanted = true;
      return running.fill;
    }
    const unwanted = new AbortController();
    if (this.#isClosing) unwanted.abort();
    const signal = isAhead
      ? AbortSignal.any([this.#stopping.signal, unwanted.signal])
      : this.#stopping.signal;
    const fill = new Fill(listed.file.sha256, listed.file.size);
    const work = this.#filler
      .fill(fill, listed, signal)
      .catch((error: unknown) => {
        const failure = asFailure(error, NOT_READY);
        this.#parts.onEvent({ kind: 'failed', listed, failure });
        fill.finish({ kind: 'failed', failure });
      })
      .finally(() => {
        this.#fills.delete(key);
        this.#working.delete(work);
      });
    const { hashes } = listed.file;
    this.#fills.set(key, { fill, hashes, cleared: work, isWanted: !isAhead, unwanted });
    this.#working.add(work);
    return fill;
  }
}
