import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The permissions of a token: `client` downloads; `admin` can also query who downloaded what. */
export type Role = 'client' | 'admin';

/** One line of the tokens' file. */
export interface TokenEntry {
  readonly user: string;
  /** The SHA-256 of the token, 32 bytes. */
  readonly hash: Buffer;
  readonly role: Role;
  /** Milliseconds since 1970. */
  readonly expires: number | undefined;
}

/** The prefix of our tokens, for scanners for leaked secrets. */
const PREFIX = 'wheelgate_';

/** A new token: 32 random bytes, in URL-safe letters, since pip carries it in a URL. */
export function newToken(): string {
  return `${PREFIX}${randomBytes(32).toString('base64url')}`;
}

/**
 * A token has 256 random bits, so a plain hash keeps it: there is nothing to guess from, and a slow hash would
 * cost every request.
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Compares in constant time. */
export function sameHash(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
