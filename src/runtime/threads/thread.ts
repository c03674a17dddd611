import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { FromThread, ToThread } from './messages.js';

export interface ThreadSettings {
  /** The thread's program; it calls `answerInThread`. */
  readonly program: URL;
  /** A thread that exceeds them ends (`broke`), in MiB. */
  readonly limits: ResourceLimits;
  /** Whether the process may end while it works. */
  readonly isBackground?: boolean;
}

/**
 * Why a request has no reply, and its thread has ended: it exceeded its timeout (`hung`), failed outside a request or
 * ran out of memory (`broke`), ended by itself (`ended`), or was closed (`closed`). If it never accepted requests
 * (`unstarted`), the request is not the cause.
 */
export class ThreadFailure extends Error {
  override readonly name = 'ThreadFailure';
  readonly kind: 'hung' | 'broke' | 'ended' | 'unstarted' | 'closed';

  constructor(kind: ThreadFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A request in progress. */
export interface Asked<Answer, News> {
  /** Rejects with the program's error, or a `ThreadFailure`. */
  readonly answer: Promise<Answer>;
  tell(news: News): void;
  /** Notifies the program that the reply is no longer awaited. */
  cancel(): void;
  /** Sets a timeout from now on, or from the thread's start; afterwards the thread counts as hung. */
  expectWithin(milliseconds: number): void;
}

interface Open<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** The timeout from the thread's start, in milliseconds. */
  milliseconds?: number;
  patience?: NodeJS.Timeout;
}

/**
 * The size of V8's young generation, unless the limits set it, in MiB: by default it grows to 48, filled with garbage
 * that an occasional scavenge would free. Threads were equally fast with less.
 */
const YOUNG = 6;

/** Additional time for the start, in milliseconds, which depends on the machine. */
const STARTING = 10_000;

/** One thread with its requests. It starts immediately, and is not restarted after its end. */
export class Thread<Question, Answer, News = never> {
  readonly #worker: Worker;
  readonly #isBackground: boolean;
  readonly #onRoom: () => void;
  readonly #open = new Map<number, Open<Answer>>();
  #next = 0;
  #hasStarted = false;
  #failure: ThreadFailure | undefined;

  /**
   * @param onRoom called whenever a request has ended
   * @throws {ThreadFailure} if the system cannot start another thread
   */
  constructor(settings: ThreadSettings, onRoom: () => void = () => {}) {
    this.#isBackground = settings.isBackground ?? false;
    this.#onRoom = onRoom;
    this.#worker = start(settings);
    const broke = (error: unknown) => this.#end('broke', messageOf(error));
    this.#worker
      .on('message', (message: FromThread<Answer>) => this.#take(message))
      .on('error', broke)
      .on('messageerror', broke)
      .on('exit', (code) => this.#end('ended', `its thread exited with ${code}`))
      // After the listeners, because the first one for messages keeps the process alive.
      .unref();
  }

  /** The number of requests in progress. */
  get load(): number {
    return this.#open.size;
  }

  get isOver(): boolean {
    return this.#failure !== undefined;
  }

  ask(question: Question): Asked<Answer, News> {
    const id = this.#next++;
    const answer = new Promise<Answer>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      // Throws, and so rejects, if the request cannot be sent.
      this.#tell({ kind: 'question', id, question });
      this.#open.set(id, { resolve, reject });
    });
    // Some callers do not wait for the reply.
    answer.catch(() => {});
    if (this.#open.size === 1 && !this.#isBackground) this.#worker.ref();
    return {
      answer,
      tell: (news) => {
        if (this.#open.has(id)) this.#tell({ kind: 'news', id, news });
      },
      cancel: () => {
        if (this.#open.has(id)) this.#tell({ kind: 'cancel', id });
      },
      expectWithin: (milliseconds) => {
        const open = this.#open.get(id);
        if (open === undefined || milliseconds === Infinity) return;
        open.milliseconds = milliseconds;
        this.#expect(open);
      },
    };
  }

  #expect(open: Open<Answer>): void {
    clearTimeout(open.patience);
    if (open.milliseconds === undefined) return;
    const milliseconds = open.milliseconds + (this.#hasStarted ? 0 : STARTING);
    open.patience = setTimeout(() => this.#end('hung', 'timeout'), milliseconds);
  }

  /** Ends it immediately. */
  async close(): Promise<void> {
    this.#end('closed', 'it was closed');
    await this.#worker.terminate();
  }

  #tell(message: ToThread<Question, News>): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromThread<Answer>): void {
    if (message.kind === 'started') {
      this.#hasStarted = true;
      for (const open of this.#open.values()) this.#expect(open);
      return;
    }
    const open = this.#open.get(message.id);
    if (open === undefined) return;
    clearTimeout(open.patience);
    this.#open.delete(message.id);
    if (this.#open.size === 0) this.#worker.unref();
    if (message.kind === 'answer') open.resolve(message.answer);
    else open.reject(message.error);
    this.#onRoom();
  }

  /** Its requests fail; the first reason counts. */
  #end(kind: ThreadFailure['kind'], message: string): void {
    if (this.#failure !== undefined) return;
    const isStarting = !this.#hasStarted && kind !== 'closed';
    this.#failure = new ThreadFailure(isStarting ? 'unstarted' : kind, message);
    void this.#worker.terminate();
    for (const { reject, patience } of this.#open.values()) {
      clearTimeout(patience);
      reject(this.#failure);
    }
    this.#open.clear();
    this.#onRoom();
  }
}

function start({ program, limits }: ThreadSettings): Worker {
  try {
    return new Worker(program, {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG, ...limits },
    });
  } catch (error) {
    throw new ThreadFailure('unstarted', messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Sends one request to a separate thread, which then ends.
 * @param patience the timeout of the reply, in milliseconds
 * @throws the rejections of `Asked.answer`
 */
export async function askOnce<Question, Answer>(
  settings: ThreadSettings,
  question: Question,
  patience = Infinity,
): Promise<Answer> {
  const thread = new Thread<Question, Answer>(settings);
  try {
    const asked = thread.ask(question);
    asked.expectWithin(patience);
    return await asked.answer;
  } finally {
    void thread.close();
  }
}
