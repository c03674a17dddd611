import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Identity } from '../access/access-list.js';
import { Failure } from '../domain/failure.js';
import { sendFailure } from './problem.js';

/** Tells who a request comes from; undefined where its token is missing or not good. */
export type Authenticate = (authorization: string | undefined) => Identity | undefined;

/** Who was let in, by request: the decision log names them. */
const identities = new WeakMap<IncomingMessage, Identity>();

/** Whom a request's token belongs to; undefined where nobody has to show one. */
export function identityOf(req: IncomingMessage): Identity | undefined {
  return identities.get(req);
}

/** What anybody may ask: probes and scrapers carry no token, and nothing there names a client. */
const OPEN = /^\/(?:healthz|readyz|metrics)(?:[/?]|$)/;

/**
 * Lets only requests with a good token through to the application. It stands in front of every route, so that
 * none can be forgotten.
 */
export function withAuthentication(
  next: RequestListener,
  authenticate: Authenticate,
): RequestListener {
  return (req, res) => {
    const path = req.url ?? '';
    if (OPEN.test(path)) return next(req, res);
    const identity = authenticate(req.headers.authorization);
    if (identity === undefined) return unauthorised(req, res);
    identities.set(req, identity);
    next(req, res);
  };
}

function unauthorised(req: IncomingMessage, res: ServerResponse): void {
  const given = req.headers.authorization !== undefined;
  const detail = given
    ? 'The token is unknown or expired, or belongs to another user.'
    : 'A token is needed: https://USER:TOKEN@… in the index URL, or Authorization: Bearer TOKEN.';
  sendFailure(res, 'unauthorised', detail, { 'www-authenticate': 'Basic realm="Wheelgate"' });
}

/**
 * For routes that tell of other clients: where tokens are asked for, only an admin's will do. Checked in the route
 * itself, so that no other spelling of its path leads around the check.
 * @throws {Failure} forbidden
 */
export function requireAdmin(req: IncomingMessage): void {
  const identity = identityOf(req);
  if (identity !== undefined && identity.role !== 'admin')
    throw new Failure('forbidden', 'This needs a token with the role admin.');
}
