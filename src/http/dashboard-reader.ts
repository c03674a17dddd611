import type { IncomingMessage } from 'node:http';
import type { Reader } from '../dashboard/reader.js';
import { askedOf } from './asked.js';
import type { HttpSettings } from './services.js';

/** The reader of a page. Without tokens, the identities of others are hidden unless the settings show them. */
export function readerOf(req: IncomingMessage, { dashboard }: HttpSettings): Reader {
  const identity = askedOf(req)?.identity;
  return {
    user: identity?.user,
    pseudonymKey: dashboard.pseudonymKey,
    seesIdentities:
      identity === undefined ? dashboard.identities === 'shown' : identity.role === 'admin',
  };
}
