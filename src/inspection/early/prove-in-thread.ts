import { ThreadPool } from '../../runtime/threads/thread-pool.js';
import type { InspectionLimits } from '../limits.js';
import type { ProvingNews, ProvingRequest } from './prove-thread.js';

export interface ProverSettings {
  readonly limits: Partial<InspectionLimits>;
  /** Threads at most; each takes several files at once. */
  readonly threads: number;
  /** The timeout of a thread after the file is complete, in milliseconds. */
  readonly patience: number;
  /** MiB of heap for one thread. */
  readonly heapMb: number;
  /** The thread's program, for tests of its failure. */
  readonly program?: URL | undefined;
}

/** One file that is being read during its transfer. */
export interface Proving {
  /** So many bytes of it can be read. */
  arrived(bytes: number): void;
  /** The file is complete. @returns a packed table of `ContentProofs`, or undefined without one */
  end(): Promise<Uint8Array | undefined>;
  /** The result is no longer needed. */
  abandon(): void;
}

/** The interval of progress messages to the thread, in bytes: one per piece would cost more than it gains. */
const STEP = 256 * 1024;
/** The maximum number of files per thread, to limit memory; further files are not read ahead. */
const FILES_A_THREAD = 16;

/**
 * Reads members while their archive is being received, in threads. It only saves time: if a thread crashes, hangs or is
 * missing, the inspection of the complete file reads them.
 */
export class Prover {
  readonly #settings: ProverSettings;
  readonly #pool: ThreadPool<ProvingRequest, Uint8Array, ProvingNews>;

  constructor(settings: ProverSettings) {
    this.#settings = settings;
    this.#pool = new ThreadPool({
      program: settings.program ?? new URL('./prove-thread.js', import.meta.url),
      limits: { maxOldGenerationSizeMb: settings.heapMb },
      most: settings.threads,
      each: FILES_A_THREAD,
    });
  }

  /** Undefined if the maximum number of files is already being read. */
  begin(path: string): Proving | undefined {
    const { limits, patience } = this.#settings;
    const asked = this.#pool.askNow({ path, limits });
    if (asked === undefined) return undefined;
    let told = 0;
    let last = 0;
    return {
      arrived: (bytes) => {
        last = bytes;
        if (bytes - told < STEP) return;
        told = bytes;
        asked.tell({ arrived: bytes, isComplete: false });
      },
      end: () => {
        asked.tell({ arrived: last, isComplete: true });
        asked.expectWithin(patience);
        return asked.answer.catch(() => undefined);
      },
      abandon: () => {
        asked.cancel();
        asked.expectWithin(patience);
      },
    };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
