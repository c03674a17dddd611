import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { trustedProxies } from './trusted-proxies.js';

/** The header that carries a request's id, in both directions. */
export const REQUEST_ID = 'x-request-id';

/** What is taken over: nothing that could mean more than itself in a URN, a log line or a shell. */
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
 * Makes the function that names a request. The name joins what the client is told, the lines in the log and the decision
 * record. One that a trusted proxy has given holds; ours are 80 random bits.
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
