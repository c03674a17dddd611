import type { Following } from '../../src/runtime/threads/answer-in-thread.js';

/** The module of `answerInThread`, for a thread's program. */
export const ANSWER_IN_THREAD = new URL(
  '../../src/runtime/threads/answer-in-thread.js',
  import.meta.url,
).href;

/**
 * A thread's program with one function that handles the thread's requests.
 * @param answer inserted as source text, so it has no access to its scope here
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
