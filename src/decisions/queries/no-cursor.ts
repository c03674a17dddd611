import { Failure } from '../../domain/failure.js';

/** Said where a page is asked for by what no page before it gave as `next`. */
export function noCursor(): Failure {
  return new Failure(
    'bad-request',
    'The cursor (before=) is not a "next" value of an earlier response.',
  );
}
