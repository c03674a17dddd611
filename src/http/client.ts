import type { IncomingMessage } from 'node:http';
import proxyaddr from 'proxy-addr';
import { askedOf } from './asked.js';

/** The client, according to the request. */
export interface Client {
  /** The peer address of the connection. */
  readonly address: string;
  /** The client's address, as forwarded by a trusted proxy. */
  readonly forwarded: string | undefined;
  /** The owner of the token. If no token is required: the unverified username of Basic credentials. */
  readonly user: string | undefined;
  readonly userAgent: string | undefined;
}

export type IdentifyClient = (req: IncomingMessage) => Client;

/**
 * Creates the function that reads the client.
 * @param trustedProxies addresses or networks (`10.0.0.0/8`, `loopback`) whose `X-Forwarded-For` is trusted
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
