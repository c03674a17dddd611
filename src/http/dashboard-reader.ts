import type { IncomingMessage } from 'node:http';
import type { Reader } from '../dashboard/reader.js';
import { askedOf } from './asked.js';
import type { HttpSettings } from './services.js';

/** Who looks at a page. Where nobody has to show a token, nobody is told who the others are, unless the settings say so. */
export function readerOf(req: IncomingMessage, { dashboard }: HttpSettings): Reader {
  const identity = askedOf(req)?.identity;
  return {
    user: identity?.user,
    pseudonymKey: dashboard.pseudonymKey,
    seesIdentities:
      identity === undefined ? dashboard.identities === 'shown' : identity.role === 'admin',
  };
}
