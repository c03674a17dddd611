import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure } from '../domain/failure.js';
import { failurePage } from '../ui/failure-page.js';
import type { Html } from '../ui/html.js';
import { layout, type Page } from '../ui/layout.js';
import { type UrlOf, urlsFrom } from '../ui/urls.js';
import { askedOf, type Handler } from './asked.js';
import type { HttpSettings, Services } from './services.js';

/** A page loads only our own files, cannot be framed, and strings in it cannot become scripts. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A page, and its status if it is not 200. */
export type AnsweredPage = Page & { readonly status?: number };

/** Creates the page for a request; an exception becomes a page as well. */
export type MakePage = (req: IncomingMessage, urlOf: UrlOf) => AnsweredPage | Promise<AnsweredPage>;

/** Makes the handler of a row whose answer is for people. */
export function pageHandler(
  { judge, health, now, log }: Services,
  { dashboard: { isWhole } }: HttpSettings,
  make: MakePage,
): Handler {
  return async (req, res) => {
    const target = req.url ?? '';
    const urlOf = urlsFrom(target);
    const { failure, status, page } = await answerOf(() => make(req, urlOf));
    if (failure !== undefined && failure.status >= 500 && !failure.isLogged)
      log.warn({ kind: failure.kind, request: askedOf(req)?.id, url: target }, failure.message);
    if (failure?.retryAfter !== undefined)
      res.setHeader('retry-after', String(Math.ceil(failure.retryAfter / 1_000)));
    const troubles = health
      .parts()
      .filter(({ state }) => state !== 'ok')
      .map(({ part, detail, state }) => ({ part, detail: detail ?? state }));
    const identity = askedOf(req)?.identity;
    const isAdmin = identity === undefined || identity.role === 'admin';
    const state = { revision: judge.revision, troubles, now: now(), isWhole, isAdmin };
    sendHtml(res, status, layout(page, state, urlOf));
  };
}

/** Unexpected errors are left to the caller. */
async function answerOf(make: () => AnsweredPage | Promise<AnsweredPage>) {
  try {
    const page = await make();
    return { failure: undefined, status: page.status ?? 200, page };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'internal') throw error;
    return { failure: error, status: error.status, page: failurePage(error) };
  }
}

/** Sends an uncacheable page. */
function sendHtml(res: ServerResponse, status: number, page: Html): void {
  const body = Buffer.from(page.toString());
  res.statusCode = status;
  for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
  res.setHeader('content-length', body.length);
  res.end(res.req.method === 'HEAD' ? undefined : body);
}
