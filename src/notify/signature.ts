import { createHmac } from 'node:crypto';

/** Before a secret in base64, as Standard Webhooks writes it. */
const BASE64_SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The signed values of a delivery attempt. */
export interface Attempt {
  /** The message's: the same for each attempt. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The value of `webhook-signature` (Standard Webhooks 1.0): an HMAC-SHA256 over `ID.TIMESTAMP.BODY`.
 *
 * A secret with the prefix `whsec_` is base64. Otherwise its own bytes are the key; but libraries decode any secret as
 * base64, and if that is possible, a second signature is added, as the format allows.
 */
export function sign({ id, timestamp, body }: Attempt, secret: string): string {
  return keysOf(secret)
    .map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ');
}

function keysOf(secret: string): Buffer[] {
  const base64 = BASE64_SECRET.exec(secret)?.[1];
  if (base64 !== undefined) return [Buffer.from(base64, 'base64')];
  const decoded = Buffer.from(secret, 'base64');
  const isBase64 = decoded.length > 0 && decoded.toString('base64') === secret;
  return [Buffer.from(secret), ...(isBase64 ? [decoded] : [])];
}
