import { A_CURSOR, badParameter } from '../../domain/bad-parameter.js';
import type { Failure } from '../../domain/failure.js';

/** The error for an invalid cursor. */
export function noCursor(): Failure {
  return badParameter('before', A_CURSOR);
}
