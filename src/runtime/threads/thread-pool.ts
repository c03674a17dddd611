import { type Asked, Thread, ThreadFailure, type ThreadSettings } from './thread.js';

export interface ThreadPoolSettings extends ThreadSettings {
  /** Maximum number of threads. */
  readonly most: number;
  /** Maximum number of concurrent requests per thread; by default one. */
  readonly each?: number;
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly patience: number;
  readonly resolve: (answer: Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads that are started on demand. One that hangs or dies is replaced, without affecting the others. */
export class ThreadPool<Question, Answer, News = never> {
  readonly #settings: ThreadPoolSettings;
  readonly #threads = new Set<Thread<Question, Answer, News>>();
  readonly #waiting: Waiting<Question, Answer>[] = [];
  #isClosed = false;

  constructor(settings: ThreadPoolSettings) {
    this.#settings = settings;
  }

  /**
   * Sends a request once a thread has room, in turn.
   * @param patience the timeout of the reply from then on, in milliseconds
   * @throws the rejections of `Asked.answer`; a `ThreadFailure` if no thread can be started
   */
  ask(question: Question, patience = Infinity): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, patience, resolve, reject });
      this.#serve();
    });
  }

  /** Whether it has no requests. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && [...this.#threads].every(({ load }) => load === 0);
  }

  /** Sends a request immediately; undefined if no thread has room. */
  askNow(question: Question): Asked<Answer, News> | undefined {
    try {
      return this.#roomy()?.ask(question);
    } catch {
      return undefined;
    }
  }

  /** Starts a thread in advance, so the first request need not wait. */
  startAhead(): void {
    try {
      if (this.#threads.size === 0) this.#roomy();
    } catch {
      // The next request receives the error.
    }
  }

  /** Ends all threads: running and waiting requests fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#serve();
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  /** Sends as many waiting requests as there is room for. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      let thread: Thread<Question, Answer, News> | undefined;
      try {
        thread = this.#roomy();
      } catch (error) {
        this.#waiting.shift()!.reject(error);
        continue;
      }
      if (thread === undefined) return;
      const { question, patience, resolve } = this.#waiting.shift()!;
      const asked = thread.ask(question);
      asked.expectWithin(patience);
      resolve(asked.answer);
    }
  }

  /** The least busy thread, or a new one below the maximum. @throws {ThreadFailure} if none can be started */
  #roomy(): Thread<Question, Answer, News> | undefined {
    if (this.#isClosed) throw new ThreadFailure('closed', 'it was closed');
    const { most, each = 1 } = this.#settings;
    let least: Thread<Question, Answer, News> | undefined;
    for (const thread of this.#threads)
      if (least === undefined || thread.load < least.load) least = thread;
    if (least?.load !== 0 && this.#threads.size < most) return this.#start();
    return least !== undefined && least.load < each ? least : undefined;
  }

  #start(): Thread<Question, Answer, News> {
    const thread = new Thread<Question, Answer, News>(this.#settings, () => {
      if (thread.isOver) this.#threads.delete(thread);
      this.#serve();
    });
    this.#threads.add(thread);
    return thread;
  }
}
