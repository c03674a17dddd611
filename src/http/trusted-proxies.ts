import type { IncomingMessage } from 'node:http';
import proxyaddr from 'proxy-addr';

/**
 * Makes the function that says whether a request comes from a proxy that is believed.
 * @param trusted addresses or networks (`10.0.0.0/8`, `loopback`)
 */
export function trustedProxies(trusted: readonly string[]): (req: IncomingMessage) => boolean {
  if (trusted.length === 0) return () => false;
  const trust = proxyaddr.compile([...trusted]);
  return (req) => trust(req.socket.remoteAddress ?? '', 0);
}
