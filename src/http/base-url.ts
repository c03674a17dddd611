import type { IncomingMessage } from 'node:http';
import type { HttpSettings } from './services.js';
import { trustedProxies } from './trusted-proxies.js';

/** Our URL as the client sees it, without a trailing slash; empty if unknown. */
export type BaseUrl = (req: IncomingMessage) => string;

/**
 * Creates the function that reads it: the configured public URL, or else the request's headers. A Host header that is
 * not a plain host name is not repeated in a body; `X-Forwarded-Proto`, `-Host` and `-Prefix` count only from a trusted
 * proxy.
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

/** The path prefix that a proxy strips; empty if it is not a plain path. */
function forwardedPrefix(text = ''): string {
  return /^(\/[A-Za-z0-9._~-]+)+\/?$/.test(text) ? text.replace(/\/$/, '') : '';
}

function forwardedScheme(text: string | undefined): string | undefined {
  return text === 'https' || text === 'http' ? text : undefined;
}

/** The first of a list: the value from the proxy nearest to the client. */
function first(value: string | string[] | undefined): string | undefined {
  return value?.toString().split(',', 1)[0]?.trim();
}
