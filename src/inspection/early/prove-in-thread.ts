import { Worker } from 'node:worker_threads';
import type { InspectionLimits } from '../limits.js';
import type { ProvingAnswer, ProvingMessage } from './prove-thread.js';

export interface WorkerProverOptions {
  readonly limits: Partial<InspectionLimits>;
  /** Threads at most; each takes several files at once. */
  readonly workers: number;
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
/** Files that one thread reads at a time; more wait for the end of theirs, so that memory is bounded. */
const FILES_A_THREAD = 16;

interface Thread {
  readonly worker: Worker;
  readonly files: Set<number>;
  readonly answers: Map<number, (proofs: Uint8Array | undefined) => void>;
}

/**
 * Reads members while their archive is coming in, in threads. It only ever saves time: a thread that dies, hangs
 * or is not there leaves the reading to the inspection of the whole.
 */
export class WorkerProver {
  readonly #options: WorkerProverOptions;
  readonly #threads = new Set<Thread>();
  #next = 0;
  #closed = false;

  constructor(options: WorkerProverOptions) {
    this.#options = options;
  }

  begin(path: string): Proving {
    if (this.#closed) return NOTHING;
    const thread = this.#choose();
    if (thread.files.size >= FILES_A_THREAD) return NOTHING;
    const id = this.#next++;
    thread.files.add(id);
    thread.worker.ref();
    const tell = (message: ProvingMessage) => thread.worker.postMessage(message);
    tell({ kind: 'begin', id, path, limits: this.#options.limits });
    let told = 0;
    let last = 0;
    return {
      arrived: (bytes) => {
        last = bytes;
        if (bytes - told < STEP) return;
        told = bytes;
        tell({ kind: 'arrived', id, bytes });
      },
      end: () => {
        tell({ kind: 'arrived', id, bytes: last });
        return this.#ask(thread, id);
      },
      abandon: () => {
        tell({ kind: 'abandon', id });
        this.#release(thread, id);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const threads = [...this.#threads];
    for (const thread of threads) this.#giveUp(thread);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #ask(thread: Thread, id: number): Promise<Uint8Array | undefined> {
    if (!this.#threads.has(thread)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#giveUp(thread), this.#options.patience);
      thread.answers.set(id, (proofs) => {
        clearTimeout(timer);
        thread.answers.delete(id);
        this.#release(thread, id);
        resolve(proofs);
      });
      thread.worker.postMessage({ kind: 'end', id } satisfies ProvingMessage);
    });
  }

  /** The least busy thread, or a new one while there may be more. */
  #choose(): Thread {
    const [least] = [...this.#threads].sort((a, b) => a.files.size - b.files.size);
    const enough = least?.files.size === 0 || this.#threads.size >= this.#options.workers;
    return least !== undefined && enough ? least : this.#start();
  }

  #start(): Thread {
    const { program, heapMb } = this.#options;
    const worker = new Worker(program ?? new URL('./prove-thread.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    const thread: Thread = { worker, files: new Set(), answers: new Map() };
    worker.on('message', ({ id, proofs }: ProvingAnswer) => thread.answers.get(id)?.(proofs));
    worker.on('error', () => this.#giveUp(thread));
    worker.on('exit', () => this.#giveUp(thread));
    this.#threads.add(thread);
    return thread;
  }

  #release(thread: Thread, id: number): void {
    thread.files.delete(id);
    if (thread.files.size === 0) thread.worker.unref();
  }

  /** A thread that is not used any more: whoever waits for it goes without. */
  #giveUp(thread: Thread): void {
    if (!this.#threads.delete(thread)) return;
    void thread.worker.terminate();
    for (const settle of [...thread.answers.values()]) settle(undefined);
  }
}

const NOTHING: Proving = {
  arrived() {},
  end: () => Promise.resolve(undefined),
  abandon() {},
};
