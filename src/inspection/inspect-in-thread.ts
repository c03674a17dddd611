import { availableParallelism } from 'node:os';
import type { DistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { ThreadFailure } from '../runtime/threads/thread.js';
import { ThreadPool } from '../runtime/threads/thread-pool.js';
import { Prover, type Proving } from './early/prove-in-thread.js';
import { AHEAD_OF, type Arriving, isWorthReadingAhead } from './early/worth-reading-ahead.js';
import { FindingList } from './finding-list.js';
import type { InspectionRequest } from './inspect-thread.js';
import {
  type EarlyLook,
  INSPECTOR_VERSION,
  type Inspectable,
  type Inspector,
} from './inspector.js';
import { DEFAULT_LIMITS, type InspectionLimits } from './limits.js';

export interface InspectorSettings {
  readonly limits?: Partial<InspectionLimits>;
  /** At most this many artifacts are inspected at once; the default leaves a processor to the proxy. */
  readonly threads?: number;
  /** A file whose rest arrives sooner is not read ahead, in milliseconds. */
  readonly aheadOfMs?: number;
  /** How long a thread may exceed its own time limit before it counts as hung, in milliseconds. */
  readonly graceMs?: number;
  /** The thread's program, for tests of its failure. */
  readonly program?: URL;
  /** The same for the threads that read ahead. */
  readonly provingProgram?: URL;
}

/** Retry delay if a file could not be inspected, in milliseconds. */
const ASK_AGAIN = 5_000;

/**
 * An inspector over threads: started on demand, one artifact at a time each. If one crashes or hangs, its artifact has
 * the finding `inspection-failed`, and other artifacts are unaffected. A thread that fails to start is a local fault.
 */
export function createInspector(settings: InspectorSettings = {}): Inspector {
  return new InThreads(settings);
}

class InThreads implements Inspector {
  readonly #limits: Partial<InspectionLimits>;
  readonly #patience: number;
  readonly #aheadOf: number;
  readonly #pool: ThreadPool<InspectionRequest, Inspection>;
  readonly #prover: Prover | undefined;
  readonly #provings = new WeakMap<EarlyLook, Proving>();

  constructor(settings: InspectorSettings) {
    const { limits = {}, threads, graceMs = 5_000, aheadOfMs, ...programs } = settings;
    this.#limits = limits;
    this.#aheadOf = aheadOfMs ?? AHEAD_OF;
    this.#patience = (limits.timeMs ?? DEFAULT_LIMITS.timeMs) + graceMs;
    const heapMb = limits.threadHeapMb ?? DEFAULT_LIMITS.threadHeapMb;
    const most = threads ?? Math.max(1, Math.min(4, availableParallelism() - 1));
    this.#pool = new ThreadPool({
      program: programs.program ?? new URL('./inspect-thread.js', import.meta.url),
      limits: { maxOldGenerationSizeMb: heapMb },
      most,
    });
    // Without inflation, there is hardly anything to read before the directory arrives.
    if ((limits.inflate ?? DEFAULT_LIMITS.inflate) === 'all')
      this.#prover = new Prover({
        limits,
        threads: most,
        patience: this.#patience,
        heapMb,
        program: programs.provingProgram,
      });
  }

  begin(path: string, { format }: DistributionFilename, size: number | undefined): EarlyLook {
    this.expectOne();
    let prover = format === 'zip' ? this.#prover : undefined;
    const began = performance.now();
    const look = {
      arrived: (bytes: number) => {
        const elapsed = performance.now() - began;
        if (prover !== undefined && this.#isWorthReading({ bytes, size, elapsed })) {
          const proving = prover.begin(path);
          if (proving !== undefined) this.#provings.set(look, proving);
          prover = undefined;
        }
        this.#provings.get(look)?.arrived(bytes);
      },
      abandon: () => this.#provings.get(look)?.abandon(),
    };
    return look;
  }

  expectOne(): void {
    this.#pool.startAhead();
  }

  #isWorthReading(arriving: Arriving): boolean {
    return isWorthReadingAhead(arriving, this.#pool.isIdle, this.#aheadOf);
  }

  async inspect(
    at: Inspectable,
    artifact: ArtifactDescription,
    early?: EarlyLook,
  ): Promise<Inspection> {
    const proving = early && this.#provings.get(early);
    const proofs = await proving?.end();
    try {
      const request = { at, artifact, limits: this.#limits, proofs };
      return await this.#pool.ask(request, this.#patience);
    } catch (error) {
      const why = lostOn(error);
      if (why !== undefined) return failed(artifact, why);
      throw new Failure('unable', 'The file cannot be inspected at the moment.', {
        cause: error,
        retryAfter: ASK_AGAIN,
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#prover?.close()]);
  }
}

/**
 * The way in which a thread was lost on an artifact. Undefined if it never started one, and for all exceptions of the
 * program: an artifact's bytes cannot cause those.
 */
function lostOn(error: unknown): string | undefined {
  if (!(error instanceof ThreadFailure)) return undefined;
  return {
    hung: 'the inspection timed out',
    broke: `the inspection failed: ${error.message}`,
    ended: 'the inspection failed',
    unstarted: undefined,
    closed: undefined,
  }[error.kind];
}

/** It may have been the artifact that did it: doubt refuses. It is no fact all the same, and passes. */
function failed({ sha256, name, size }: ArtifactDescription, why: string): Inspection {
  const findings = new FindingList();
  findings.add('inspection-failed', why);
  return {
    inspector: INSPECTOR_VERSION,
    sha256,
    filename: name.filename,
    size,
    findings: findings.all,
    incomplete: true,
    memberDigests: '',
    memberCount: 0,
    inflatedBytes: 0,
  };
}
