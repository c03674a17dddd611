import { Failure } from './failure.js';

/** The values of a cursor, for messages. */
export const A_CURSOR = 'the "next" of an earlier response';

/** The error for an invalid query parameter. @param takes completes "must be …" */
export function badParameter(name: string, takes: string): Failure {
  return new Failure('bad-request', `The parameter "${name}" must be ${takes}.`);
}
