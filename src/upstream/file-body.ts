import { errors } from 'undici';
import { Pace } from '../runtime/pace.js';
import type { Faults } from './faults.js';
import type { Answer } from './requests.js';
import type { FileBody } from './upstream.js';

/** Asks for the rest of a body. @returns undefined where it is not to be had */
export type AskForRest = (from: number) => Promise<Answer | undefined>;

export interface BodyParts {
  readonly faults: Faults;
  /** How long it may come slowly, in milliseconds. */
  readonly patience: number;
  /** The byte of the file that it begins with. */
  readonly from: number;
  /** How it may go on where it broke off; undefined where its server does not let it. */
  readonly resume: { readonly size: number; readonly rest: AskForRest } | undefined;
}

/** How often one body may break off. */
const RESUMES = 3;

/**
 * A body that comes to an end: one that hardly comes is broken off, and one that broke off goes on there, as far as its server
 * lets it. Whoever reads it checks the whole against its digest, so a rest that belongs to other bytes leads nowhere.
 */
export function readOn(first: Answer, { faults, patience, from, resume }: BodyParts): FileBody {
  let current = first.body;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let received = from;
    for (let breaks = 0; ; breaks += 1) {
      const pace = new Pace(patience);
      try {
        for await (const chunk of current as AsyncIterable<Uint8Array>) {
          received += chunk.length;
          const slow = pace.arrived(chunk.length) && received !== resume?.size;
          yield chunk;
          if (slow) throw faults.unwell('sends the file too slowly');
          pace.wait();
        }
        return;
      } catch (error) {
        const goesOn = resume !== undefined && received < resume.size && breaks < RESUMES;
        const more = goesOn ? await resume.rest(received) : undefined;
        if (more === undefined) throw lateOr(error, faults);
        current = more.body;
      }
    }
  }
  return { [Symbol.asyncIterator]: bytes, destroy: () => void current.destroy() };
}

function lateOr(error: unknown, faults: Faults): unknown {
  return error instanceof errors.BodyTimeoutError ? faults.unreachable(error) : error;
}
