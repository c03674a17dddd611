import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { FromThread, ToThread } from './messages.js';

export interface ThreadSettings {
  /** The thread's program; it calls `answerInThread`. */
  readonly program: URL;
  /** A thread that takes more ends (`broke`), in MiB. */
  readonly limits: ResourceLimits;
  /** Whether the process may end while it is at work. */
  readonly isBackground?: boolean;
}

/**
 * Why a question has no answer, and its thread is gone: it said nothing for longer than it may (`hung`), threw outside of
 * an answer or ran out of memory (`broke`), ended by itself (`ended`), or was closed by us (`closed`). Where it did not come
 * so far as to take questions, whatever it did (`unstarted`), the question has nothing to do with it.
 */
export class ThreadFailure extends Error {
  override readonly name = 'ThreadFailure';
  readonly kind: 'hung' | 'broke' | 'ended' | 'unstarted' | 'closed';

  constructor(kind: ThreadFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A question that is under way. */
export interface Asked<Answer, News> {
  /** Rejects with what the program threw, and with a `ThreadFailure`. */
  readonly answer: Promise<Answer>;
  tell(news: News): void;
  /** Nobody waits for the answer: the program is told so. */
  cancel(): void;
  /** From now on, once its thread has started, it may take so many milliseconds; then the thread is taken for hung. */
  expectWithin(milliseconds: number): void;
}

interface Open<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** How long it may take from when its thread has started, in milliseconds. */
  milliseconds?: number;
  patience?: NodeJS.Timeout;
}

/**
 * Each of V8's young generations, unless its limits say otherwise, in MiB: left alone they grow to 48, of what one scavenge
 * in a while would have freed. Threads here were as fast with less.
 */
const YOUNG = 6;

/** What starting may take beside, in milliseconds: that is the machine's doing. */
const STARTING = 10_000;

/** One thread and the questions that it is at work on. It is started at once, and does not come back once it is over. */
export class Thread<Question, Answer, News = never> {
  readonly #worker: Worker;
  readonly #isBackground: boolean;
  readonly #onRoom: () => void;
  readonly #open = new Map<number, Open<Answer>>();
  #next = 0;
  #hasStarted = false;
  #failure: ThreadFailure | undefined;

  /**
   * @param onRoom told whenever a question is no longer under way
   * @throws {ThreadFailure} where the system starts no further thread
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
      // After the listeners: the first for messages holds up the process.
      .unref();
  }

  /** How many questions are under way. */
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
      // Throws, and so rejects, where the question cannot be sent.
      this.#tell({ kind: 'question', id, question });
      this.#open.set(id, { resolve, reject });
    });
    // Not everybody who asks waits for the answer.
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

  /** Ends it, whatever it is doing. */
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

  /** What it was asked is not answered any more; the first reason counts. */
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
 * Asks one question of a thread of its own, which is gone afterwards.
 * @param patience how long the answer may take, in milliseconds
 * @throws as `Asked.answer` rejects
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
