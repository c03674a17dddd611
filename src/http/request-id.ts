import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { trustedProxies } from './trusted-proxies.js';

/** The header for a request's ID, in both directions. */
export const REQUEST_ID = 'x-request-id';

/** Accepted IDs: characters without a special meaning in a URN, a log line or a shell. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Random bytes of one id. */
const LENGTH = 10;

/** Makes ids of ours. Random bytes are had many at a time, for asking costs more than they do. */
function idMaker(): () => string {
  const pool = Buffer.alloc(LENGTH * 256);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    at += LENGTH;
    return pool.toString('hex', at - LENGTH, at);
  };
}

/**
 * Creates the function that names a request. The ID joins the response, the lines in the log and the decision record.
 * An ID from a trusted proxy is kept; ours are 80 random bits.
 */
export function requestNamer(trusted: readonly string[]): (req: IncomingMessage) => string {
  const isTrusted = trustedProxies(trusted);
  const newId = idMaker();
  return (req) => {
    const given = req.headers[REQUEST_ID];
    const holds = typeof given === 'string' && PLAIN.test(given) && isTrusted(req);
    return holds ? given : newId();
  };
}
