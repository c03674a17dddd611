import type { IncomingMessage } from 'node:http';
import type { HttpSettings } from './services.js';
import { trustedProxies } from './trusted-proxies.js';

/** How a client reaches us, without a trailing slash; empty where it cannot be told. */
export type BaseUrl = (req: IncomingMessage) => string;

/**
 * Makes the function that reads it: the configured public URL, else what the request says. A Host header that is
 * not plainly a host is not repeated into a body; `X-Forwarded-Proto`, `-Host` and `-Prefix` count from a trusted proxy.
 */
export function baseUrlReader({ publicUrl, ...settings }: HttpSettings): BaseUrl {
  if (publicUrl !== undefined) return () => publicUrl;
  const isTrusted = trustedProxies(settings.trustedProxies);
  return (req) => {
    const trusted = isTrusted(req);
    const header = (name: string) => (trusted ? first(req.headers[name]) : undefined);
    const own = 'encrypted' in req.socket ? 'https' : 'http';
    const scheme = (trusted && forwardedScheme(header('x-forwarded-proto'))) || own;
    const host = header('x-forwarded-host') ?? req.headers.host ?? '';
    const plain = /^[A-Za-z0-9._-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/.test(host);
    return plain ? `${scheme}://${host}${forwardedPrefix(header('x-forwarded-prefix'))}` : '';
  };
}

/** The path that a proxy in front takes off; nothing where it is not plainly one. */
function forwardedPrefix(text = ''): string {
  return /^(\/[A-Za-z0-9._~-]+)+\/?$/.test(text) ? text.replace(/\/$/, '') : '';
}

function forwardedScheme(text: string | undefined): string | undefined {
  return text === 'https' || text === 'http' ? text : undefined;
}

/** The first of a list: what the proxy nearest to the client saw. */
function first(value: string | string[] | undefined): string | undefined {
  return value?.toString().split(',', 1)[0]?.trim();
}
