import type { IncomingMessage } from 'node:http';
import proxyaddr from 'proxy-addr';
import { askedOf } from './asked.js';

/** Who asks, as far as the request tells. */
export interface Client {
  /** The address that connected to us. */
  readonly address: string;
  /** The client's own address where a trusted proxy forwarded it. */
  readonly forwarded: string | undefined;
  /** Whom the token belongs to; where none is asked for, the user name of Basic credentials, as claimed. */
  readonly user: string | undefined;
  readonly userAgent: string | undefined;
}

export type IdentifyClient = (req: IncomingMessage) => Client;

/**
 * Makes the function that reads who asks.
 * @param trustedProxies addresses or networks (`10.0.0.0/8`, `loopback`) whose `X-Forwarded-For` is believed
 */
export function clientIdentifier(trustedProxies: readonly string[]): IdentifyClient {
  const trust = proxyaddr.compile([...trustedProxies]);
  return (req) => {
    const address = req.socket.remoteAddress ?? 'unknown';
    const origin = trustedProxies.length === 0 ? address : proxyaddr(req, trust);
    return {
      address,
      forwarded: origin === address ? undefined : origin,
      user: askedOf(req)?.identity?.user ?? basicUser(req.headers.authorization),
      userAgent: req.headers['user-agent'],
    };
  };
}

function basicUser(header: string | undefined): string | undefined {
  const match = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(header ?? '');
  if (match === null) return undefined;
  const [user] = Buffer.from(match[1]!, 'base64').toString('utf8').split(':', 1);
  return user === '' ? undefined : user;
}
