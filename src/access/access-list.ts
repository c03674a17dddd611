import { hashToken, type Role, sameHash, type TokenEntry } from './token.js';

/** The owner of a request's token. */
export interface Identity {
  readonly user: string;
  readonly role: Role;
}

/**
 * Identifies the owner of a request's Authorization header: `Bearer TOKEN`, or `Basic` with the token as password, as
 * pip's `https://user:token@host/` sends it. The username in Basic must be the token's, or `__token__`.
 * @param now milliseconds since 1970
 * @returns undefined if the token is missing or invalid
 */
export function identify(
  entries: readonly TokenEntry[],
  authorization: string | undefined,
  now: number,
): Identity | undefined {
  const given = credentials(authorization);
  if (given === undefined) return undefined;
  const hash = hashToken(given.token);
  let found: TokenEntry | undefined;
  // Every entry is compared, even after a match, so the time does not reveal the position.
  for (const entry of entries) if (sameHash(entry.hash, hash)) found = entry;
  if (found === undefined || (found.expires !== undefined && found.expires <= now))
    return undefined;
  const named = given.user === undefined || given.user === '__token__' || given.user === found.user;
  return named ? { user: found.user, role: found.role } : undefined;
}

function credentials(
  header: string | undefined,
): { user: string | undefined; token: string } | undefined {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return { user: undefined, token: value };
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), token: text.slice(colon + 1) };
}
