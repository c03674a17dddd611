import type { Sha256 } from '../domain/digest.js';
import { fileKey } from '../domain/file-key.js';
import type { Probe } from '../domain/probe.js';
import type { ProjectName } from '../domain/project-name.js';
import type { ShortLeases } from '../fleet/short-leases.js';
import { INSPECTOR_VERSION } from '../inspection/inspector.js';
import type { ProbeReader } from '../inspection/probe/probe-in-thread.js';
import { PROBE_VERSION } from '../inspection/probe/probe-version.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import { LeftAlone } from '../runtime/left-alone.js';
import { Places } from '../runtime/places.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { ByteAllowance } from './byte-allowance.js';
import { fetchPieces, ProbeFailure, type ProbeResult } from './fetch-pieces.js';
import { RangelessServers } from './rangeless-servers.js';

export interface ProberParts {
  /** Stores the results of probes. */
  readonly store: Pick<FindingsStore, 'put'>;
  readonly reader: ProbeReader;
  readonly leases: ShortLeases;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onEvent: (event: ProbeEvent) => void;
}

export type ProbeEvent =
  | { readonly kind: 'ended'; readonly listed: ListedFile; readonly result: ProbeResult }
  | { readonly kind: 'read'; readonly bytes: number }
  /** A possible hook was not read, so only the full inspection can decide. */
  | { readonly kind: 'doubtful'; readonly listed: ListedFile }
  /** This process has probed a file, and notifies all with the same cache. */
  | { readonly kind: 'seen'; readonly listed: ListedFile }
  | { readonly kind: 'not-kept'; readonly error: unknown };

/** A file that can be probed: without a declared sha256, a result has no key. */
export type ProbedFile = ListedFile & {
  readonly subject: { readonly sha256: Sha256 };
};

/** Maximum number of concurrent probes per process, and per upstream: an upstream that hangs must not block another. */
const AT_ONCE = 8;
const OF_UPSTREAM = 4;
/** The timeout for a free place, and for the probe itself, in milliseconds. */
const TURN = 10_000;
const PATIENCE = 10_000;
/** Maximum number of remembered failed files. */
const MOST_REMEMBERED = 20_000;

/** Probes files: once for all concurrent requests in this process, on this machine and among replicas. */
export class Prober {
  readonly #parts: ProberParts;
  readonly #places = new Places(AT_ONCE, TURN);
  readonly #placesOf = new Map<string, Places>();
  readonly #running = new Map<string, Promise<Probe | undefined>>();
  readonly #failed: LeftAlone;
  readonly #rangeless: RangelessServers;
  /** Waits for other processes' probes. */
  readonly #told = new Map<string, (probe: Probe) => void>();
  readonly #stopping = new AbortController();

  constructor(parts: ProberParts) {
    this.#parts = parts;
    this.#failed = new LeftAlone(MOST_REMEMBERED, parts.now);
    this.#rangeless = new RangelessServers(parts.now);
  }

  /**
   * When a file may be probed again after a failure, or if its server does not support ranges: milliseconds since 1970.
   * @returns undefined if it may be probed now
   */
  leftAloneUntil(listed: ProbedFile): number | undefined {
    const { subject } = listed;
    return (
      this.#failed.until(fileKey(subject)) ??
      this.#rangeless.until(serverOf(listed), subject.project)
    );
  }

  /** Never rejects. @returns the result; undefined if there is none */
  probe(listed: ProbedFile, allowance: ByteAllowance): Promise<Probe | undefined> {
    const key = fileKey(listed.subject);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const work = this.#begin(listed, key, allowance).finally(() => this.#running.delete(key));
    this.#running.set(key, work);
    return work;
  }

  /** Another process has probed a file. */
  learn(project: ProjectName, probe: Probe): void {
    this.#told.get(fileKey({ ...probe, project }))?.(probe);
  }

  /** Aborts probes in progress. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running.values());
  }

  async #begin(
    listed: ProbedFile,
    key: string,
    allowance: ByteAllowance,
  ): Promise<Probe | undefined> {
    const { leases, reader } = this.#parts;
    reader.expectOne();
    const told = this.#hear(key);
    try {
      // The holder of the lease must probe immediately, so it first waits for a place.
      const begun = await this.#inPlace(listed, async () =>
        (await leases.take(`probe:${key}`, PATIENCE))
          ? { probe: await this.#run(listed, key, allowance) }
          : 'taken',
      );
      if (begun !== 'taken') return begun?.probe;
      const heard = await told.within(PATIENCE);
      // The holder has failed or ended.
      return heard ?? (await this.#inPlace(listed, () => this.#run(listed, key, allowance)));
    } finally {
      told.end();
    }
  }

  /** @returns undefined if no place was free in time, or the process is stopping */
  async #inPlace<T>(listed: ProbedFile, work: () => Promise<T>): Promise<T | undefined> {
    const { upstream } = listed;
    const own = this.#placesOf.get(upstream.name) ?? new Places(OF_UPSTREAM, TURN);
    this.#placesOf.set(upstream.name, own);
    const leaveOwn = await own.enter();
    const leave = leaveOwn && (await this.#places.enter());
    try {
      if (leave === undefined || this.#stopping.signal.aborted) return undefined;
      // Another file may have shown meanwhile that its server does not support ranges.
      if (this.leftAloneUntil(listed) !== undefined) return undefined;
      return await work();
    } finally {
      leave?.();
      leaveOwn?.();
    }
  }

  async #run(
    listed: ProbedFile,
    key: string,
    allowance: ByteAllowance,
  ): Promise<Probe | undefined> {
    const { onEvent } = this.#parts;
    try {
      const probe = await this.#read(listed, allowance);
      const found = probe.findings.length > 0;
      onEvent({ kind: 'ended', listed, result: found ? 'found' : 'clean' });
      onEvent({ kind: 'seen', listed });
      return probe;
    } catch (error) {
      const failure = error instanceof ProbeFailure ? error : undefined;
      const result = failure?.result ?? 'failed';
      // The page's byte limit and a stop of the process say nothing about the file.
      if (failure?.isOfServer) this.#rangeless.gaveWhole(serverOf(listed), listed.subject.project);
      else if (result !== 'stopped') this.#failed.leave(key);
      if (result === 'unreadable') onEvent({ kind: 'doubtful', listed });
      onEvent({ kind: 'ended', listed, result });
      return undefined;
    }
  }

  async #read(listed: ProbedFile, allowance: ByteAllowance): Promise<Probe> {
    const { reader, store, onEvent } = this.#parts;
    const { project, sha256, filename } = listed.subject;
    const deadline = AbortSignal.timeout(PATIENCE);
    const { size, answer } = await fetchPieces({
      listed,
      reader,
      allowance,
      signal: AbortSignal.any([deadline, this.#stopping.signal]),
      isStopping: () => this.#stopping.signal.aborted,
      onRead: (bytes) => onEvent({ kind: 'read', bytes }),
      onPart: () => this.#rangeless.gavePart(serverOf(listed)),
    });
    const { modulesCut, unread, kind: _, ...seen } = answer;
    if (unread !== undefined) {
      if (seen.findings.length === 0) throw new ProbeFailure('unreadable', unread);
      // The finding may be waived, or a known-good hook.
      onEvent({ kind: 'doubtful', listed });
    }
    const probe: Probe = {
      probe: PROBE_VERSION,
      inspector: INSPECTOR_VERSION,
      sha256,
      filename,
      size,
      ...seen,
      ...(modulesCut && { modulesCut: true as const }),
    };
    // Available and announced immediately, before it is stored.
    store.put(project, probe).catch((error: unknown) => onEvent({ kind: 'not-kept', error }));
    return probe;
  }

  /** Receives another process's result, which may arrive during the request for the lease. */
  #hear(key: string) {
    let tell: (probe: Probe | undefined) => void = () => {};
    const heard = new Promise<Probe | undefined>((resolve) => {
      tell = resolve;
    });
    this.#told.set(key, tell);
    return {
      within: async (milliseconds: number) => {
        const timer = setTimeout(() => tell(undefined), milliseconds);
        const stop = () => tell(undefined);
        this.#stopping.signal.addEventListener('abort', stop, { once: true });
        if (this.#stopping.signal.aborted) stop();
        try {
          return await heard;
        } finally {
          clearTimeout(timer);
          this.#stopping.signal.removeEventListener('abort', stop);
        }
      },
      end: () => {
        this.#told.delete(key);
      },
    };
  }
}

function serverOf({ file, upstream }: ListedFile): string {
  return `${upstream.name} ${new URL(file.url).host}`;
}
