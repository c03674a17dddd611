import { Failure } from '../../domain/failure.js';

/** The error for an invalid cursor. */
export function noCursor(): Failure {
  return new Failure(
    'bad-request',
    'The cursor (before=) is not a "next" value of an earlier response.',
  );
}
