import type { IncomingMessage } from 'node:http';
import type { HttpSettings } from './services.js';

/**
 * How this client reaches us, without a trailing slash: the configured public URL, else what the request
 * says. A Host header that is not plainly a host is not repeated into a body.
 */
export function baseUrl(req: IncomingMessage, settings: HttpSettings): string {
  if (settings.publicUrl !== undefined) return settings.publicUrl;
  const host = req.headers.host ?? '';
  const plain = /^[A-Za-z0-9._-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/.test(host);
  return plain ? `http://${host}` : '';
}
