import { types } from 'node:util';
import { parentPort } from 'node:worker_threads';
import type { FromThread, ToThread } from './messages.js';

/**
 * Later messages about a request in progress. Set listeners before the first wait, because earlier messages are lost.
 */
export interface Following<News> {
  onNews(listener: (news: News) => void): void;
  /** The reply is no longer awaited: reply with anything as soon as possible. */
  onCancel(listener: () => void): void;
}

interface Listeners<News> {
  news?: (news: News) => void;
  cancel?: () => void;
}

/**
 * Turns a function into a thread's program, which handles the requests of `Thread`. An error of the function is also a
 * reply; an error outside it ends the thread.
 * @param buffersOf the buffers of a reply that are transferred instead of copied
 */
export function answerInThread<Question, Answer, News = never>(
  answer: (question: Question, following: Following<News>) => Answer | Promise<Answer>,
  buffersOf: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): void {
  const open = new Map<number, Listeners<News>>();

  async function take(id: number, question: Question): Promise<void> {
    const listeners: Listeners<News> = {};
    open.set(id, listeners);
    try {
      const given = await answer(question, {
        onNews: (listener) => {
          listeners.news = listener;
        },
        onCancel: (listener) => {
          listeners.cancel = listener;
        },
      });
      say({ kind: 'answer', id, answer: given }, buffersOf(given));
    } catch (error) {
      sayError(id, error);
    } finally {
      open.delete(id);
    }
  }

  function say(message: FromThread<Answer>, buffers: readonly ArrayBuffer[] = []): void {
    parentPort?.postMessage(message, buffers);
  }

  function sayError(id: number, error: unknown): void {
    try {
      // A DOMException (an abort, a timeout) would be serialized as an empty object.
      say({ kind: 'error', id, error: types.isNativeError(error) ? error : plain(error) });
    } catch {
      // Its cause cannot be serialized.
      say({ kind: 'error', id, error: plain(error) });
    }
  }

  parentPort?.on('message', (message: ToThread<Question, News>) => {
    const { id } = message;
    if (message.kind === 'question') void take(id, message.question);
    else if (message.kind === 'news') open.get(id)?.news?.(message.news);
    else open.get(id)?.cancel?.();
  });
  say({ kind: 'started' });
}

function plain(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { message, stack = message } = error;
  return Object.assign(new Error(message), { stack });
}
