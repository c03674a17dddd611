import type { Identity } from '../access/access-list.js';
import type { FailureKind } from '../domain/failure.js';

/** Identifies the client of a request; undefined if its token is missing or invalid. */
export type Authenticate = (authorization: string | undefined) => Identity | undefined;

/** Where tokens are asked for: who is answered on a route. */
export type MayAsk = 'anybody' | 'client' | 'admin';

/** Why a request does not reach its route. */
export interface TurnedAway {
  readonly kind: FailureKind;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The identity behind a request, if a token is required. */
export interface Admitted {
  readonly identity: Identity | undefined;
}

export type Admission = (
  route: { readonly mayAsk: MayAsk } | undefined,
  authorization: string | undefined,
) => Admitted | TurnedAway;

const ANYBODY: Admitted = { identity: undefined };

const NO_ADMIN: TurnedAway = {
  kind: 'forbidden',
  detail: 'This route requires a token with the admin role.',
};

/**
 * Creates the access check of requests. It fails closed: a path without a route requires a token as well.
 * @param authenticate undefined if no token is required
 */
export function admission(authenticate: Authenticate | undefined): Admission {
  if (authenticate === undefined) return () => ANYBODY;
  return (route, authorization) => {
    if (route?.mayAsk === 'anybody') return ANYBODY;
    const identity = authenticate(authorization);
    if (identity === undefined) return unauthorised(authorization !== undefined);
    return route?.mayAsk === 'admin' && identity.role !== 'admin' ? NO_ADMIN : { identity };
  };
}

function unauthorised(given: boolean): TurnedAway {
  const detail = given
    ? 'The token is unknown or expired, or belongs to another user.'
    : 'Provide a token as the password in the index URL or as Authorization: Bearer TOKEN. The command line reads it from WHEELGATE_TOKEN.';
  const headers = { 'www-authenticate': 'Basic realm="Wheelgate"' };
  return { kind: 'unauthorised', detail, headers };
}
