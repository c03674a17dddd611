import type { IncomingMessage } from 'node:http';
import proxyaddr from 'proxy-addr';

/**
 * Creates the function that decides whether a request comes from a trusted proxy.
 * @param trusted addresses or networks (`10.0.0.0/8`, `loopback`)
 */
export function trustedProxies(trusted: readonly string[]): (req: IncomingMessage) => boolean {
  const isTrusted = trustedAddresses(trusted);
  return (req) => isTrusted(req.socket.remoteAddress ?? '');
}

/** The same, of an address. */
export function trustedAddresses(trusted: readonly string[]): (address: string) => boolean {
  if (trusted.length === 0) return () => false;
  const trust = proxyaddr.compile([...trusted]);
  return (address) => trust(address, 0);
}
