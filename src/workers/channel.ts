import { Failure, type FailureKind } from '../domain/failure.js';

/** One end of a connection between two processes; it delivers messages in order, or is closed. */
export interface Line {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** The messages that a side accepts: `tells` (without a reply) and `asks` (with one reply), by name. */
export interface Words {
  readonly tells: Readonly<Record<string, unknown>>;
  readonly asks: Readonly<Record<string, readonly [question: unknown, answer: unknown]>>;
}

type Message =
  | { readonly tell: string; readonly data: unknown }
  | { readonly ask: string; readonly id: number; readonly data: unknown }
  | { readonly answer: number; readonly data: unknown }
  | { readonly refusal: number; readonly message: string; readonly failure?: ToldFailure };

/** The fields of a failure that recreate it on the other side. */
interface ToldFailure {
  readonly kind: FailureKind;
  readonly retryAfter: number | undefined;
}

/** The other side has ended, or could not reply. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
}

/**
 * Sends messages and requests to the other side of a connection, and receives its messages. A message is kept until a
 * listener for its name exists, so a side that is still starting misses none.
 * @typeParam Theirs the messages that the other side accepts; `Ours`: those of this side
 */
export class Channel<Ours extends Words, Theirs extends Words> {
  readonly #line: Line;
  readonly #told = new Map<string, (data: never) => void>();
  readonly #asked = new Map<string, (data: never) => Promise<unknown>>();
  readonly #waiting = new Map<number, { resolve(data: unknown): void; reject(why: Error): void }>();
  /** Messages without a listener yet, in order. */
  #early: Message[] = [];
  #next = 0;
  #closed = false;

  constructor(line: Line) {
    this.#line = line;
    line.onMessage((message) => this.#take(message as Message));
  }

  tell<Name extends keyof Theirs['tells'] & string>(name: Name, data: Theirs['tells'][Name]): void {
    if (!this.#closed) this.#send({ tell: name, data });
  }

  /**
   * @throws {ChannelError} if the other side has ended, or failed to reply @throws {Failure} the other side's failure
   */
  ask<Name extends keyof Theirs['asks'] & string>(
    name: Name,
    data: Theirs['asks'][Name][0],
  ): Promise<Theirs['asks'][Name][1]> {
    if (this.#closed) return Promise.reject(new ChannelError('the other process has exited'));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: resolve as (data: unknown) => void,
        reject,
      });
      this.#send({ ask: name, id, data });
    });
  }

  onTold<Name extends keyof Ours['tells'] & string>(
    name: Name,
    listener: (data: Ours['tells'][Name]) => void,
  ): void {
    this.#told.set(name, listener as (data: never) => void);
    this.#takeEarly();
  }

  onAsked<Name extends keyof Ours['asks'] & string>(
    name: Name,
    answer: (data: Ours['asks'][Name][0]) => Promise<Ours['asks'][Name][1]>,
  ): void {
    this.#asked.set(name, answer as (data: never) => Promise<unknown>);
    this.#takeEarly();
  }

  /** The other side has ended: all pending requests fail. */
  close(): void {
    this.#closed = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new ChannelError('the other process has exited'));
  }

  #send(message: Message): void {
    this.#line.send(message);
  }

  #take(message: Message): void {
    if ('tell' in message) {
      const listener = this.#told.get(message.tell);
      if (listener === undefined) this.#early.push(message);
      else listener(message.data as never);
    } else if ('ask' in message) {
      const answer = this.#asked.get(message.ask);
      if (answer === undefined) this.#early.push(message);
      else void this.#answer(() => answer(message.data as never), message.id);
    } else if ('answer' in message) this.#settle(message.answer)?.resolve(message.data);
    else this.#settle(message.refusal)?.reject(errorOf(message));
  }

  #takeEarly(): void {
    const early = this.#early;
    this.#early = [];
    for (const message of early) this.#take(message);
  }

  async #answer(answer: () => Promise<unknown>, id: number): Promise<void> {
    let message: Message;
    try {
      message = { answer: id, data: await answer() };
    } catch (error) {
      message = refusalOf(id, error);
    }
    if (!this.#closed) this.#send(message);
  }

  #settle(id: number) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

function refusalOf(id: number, error: unknown): Message {
  if (!(error instanceof Failure))
    return { refusal: id, message: error instanceof Error ? error.message : String(error) };
  const { message, kind, retryAfter } = error;
  return { refusal: id, message, failure: { kind, retryAfter } };
}

function errorOf({ message, failure }: Extract<Message, { refusal: number }>): Error {
  if (failure === undefined) return new ChannelError(message);
  return new Failure(failure.kind, message, { retryAfter: failure.retryAfter });
}
