import { ThreadPool } from '../../runtime/threads/thread-pool.js';
import type { InspectionLimits } from '../limits.js';
import type { ProvingNews, ProvingRequest } from './prove-thread.js';

export interface ProverSettings {
  readonly limits: Partial<InspectionLimits>;
  /** Threads at most; each takes several files at once. */
  readonly threads: number;
  /** How long a thread may take to answer once a file is complete, in milliseconds; then it is taken for hung. */
  readonly patience: number;
  /** MiB of heap for one thread. */
  readonly heapMb: number;
  /** The thread's program, for tests of what happens when it hangs or dies. */
  readonly program?: URL | undefined;
}

/** One file that is being read as it comes in. */
export interface Proving {
  /** So many bytes of it can be read. */
  arrived(bytes: number): void;
  /** The file is complete. @returns a packed table of `ContentProofs`, or undefined where there is none */
  end(): Promise<Uint8Array | undefined>;
  /** Nobody will ask. */
  abandon(): void;
}

/** Telling the thread of every piece would cost more than it gains, in bytes. */
const STEP = 256 * 1024;
/** Files that one thread reads at a time; of more nothing is read ahead, so that memory is bounded. */
const FILES_A_THREAD = 16;

/**
 * Reads members while their archive is coming in, in threads. It only ever saves time: a thread that dies, hangs
 * or is not there leaves the reading to the inspection of the whole.
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

  /** Undefined where as many files as may be are being read already. */
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
