import type { Answer } from './requests.js';
import type { FileBody } from './upstream.js';

/** Asks for the rest of a body. @returns undefined where it is not to be had */
export type AskForRest = (from: number) => Promise<Answer | undefined>;

/** How often one body may break off. */
const RESUMES = 3;

/**
 * A body that goes on where it broke off, as far as its server lets it. Whoever reads it checks the whole against its
 * digest, so a rest that belongs to other bytes leads nowhere.
 * @param size bytes that there are in all
 */
export function resumed(first: Answer, size: number, rest: AskForRest): FileBody {
  let current = first.body;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let received = 0;
    for (let breaks = 0; ; breaks += 1) {
      try {
        for await (const chunk of current as AsyncIterable<Uint8Array>) {
          received += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        const more = received < size && breaks < RESUMES ? await rest(received) : undefined;
        if (more === undefined) throw error;
        current = more.body;
      }
    }
  }
  return { [Symbol.asyncIterator]: bytes, destroy: () => void current.destroy() };
}
