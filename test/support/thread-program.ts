import type { Following } from '../../src/runtime/threads/answer-in-thread.js';

/** Where a thread's program finds the function of that name. */
export const ANSWER_IN_THREAD = new URL(
  '../../src/runtime/threads/answer-in-thread.js',
  import.meta.url,
).href;

/**
 * A thread's program of one function, which answers what the thread is asked.
 * @param answer goes there as its source: it sees nothing of what is around it here
 */
export function threadProgram<Question>(
  answer: (question: Question, following: Following<any>) => unknown,
): URL {
  return program(`import { answerInThread } from ${JSON.stringify(ANSWER_IN_THREAD)};
    answerInThread(${answer});`);
}

/** Any other program. */
export function program(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}
