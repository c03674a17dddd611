import { errors } from 'undici';
import { Pace } from '../runtime/pace.js';
import type { Faults } from './faults.js';
import type { Answer } from './requests.js';
import type { FileBody } from './upstream.js';

/** Requests the rest of a body. @returns undefined if it is unavailable */
export type AskForRest = (from: number) => Promise<Answer | undefined>;

export interface BodyParts {
  readonly faults: Faults;
  /** How long it may be slow, in milliseconds. */
  readonly patience: number;
  /** The offset of its first byte in the file. */
  readonly from: number;
  /** How it can be resumed after an interruption; undefined if its server does not support that. */
  readonly resume: { readonly size: number; readonly rest: AskForRest } | undefined;
}

/** Maximum number of interruptions per body. */
const RESUMES = 3;

/**
 * A body with an end: one that is too slow is aborted, and an interrupted one is resumed, if its server supports that.
 * The reader verifies the whole file by its digest, so a rest of other bytes does no harm.
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
