import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import {
  type NegotiatedForm,
  negotiateEncoding,
  negotiateForm,
} from '../project-pages/negotiate.js';
import type { PageEncoding } from '../project-pages/project-pages.js';
import { sendPage } from './send-page.js';
import type { HttpSettings, Services } from './services.js';

/** A project page in the one form that clients ask for: normalised, without a query. */
const PAGE = /^\/simple\/([a-z0-9-]+)\/$/;
interface Negotiated {
  readonly accept: string | undefined;
  readonly acceptEncoding: string | undefined;
  readonly form: NegotiatedForm | undefined;
  readonly encoding: PageEncoding;
}

/** Different Accept headers that are remembered: clients use few. */
const MAX_HEADERS = 500;

/**
 * Answers project pages that are ready, current and judged in front of everything else; the rest goes the long way,
 * through the same services and the same policy.
 */
export function withWarmPages(
  next: RequestListener,
  { pages, metrics }: Services,
  { pageMaxAge }: HttpSettings,
): RequestListener {
  const negotiated = new LRUCache<string, Negotiated>({ max: MAX_HEADERS });
  const requests = {
    200: metrics.series(metrics.requests, { route: 'simple', status: '200' }),
    304: metrics.series(metrics.requests, { route: 'simple', status: '304' }),
  };
  const duration = metrics.requestDuration.series({ route: 'simple' });

  // Clients of one kind come together, and comparing is cheaper than looking up.
  let last: Negotiated | undefined;

  function negotiate(headers: IncomingMessage['headers']): Negotiated {
    const { accept } = headers;
    const acceptEncoding = headers['accept-encoding'] as string | undefined;
    if (last !== undefined && last.accept === accept && last.acceptEncoding === acceptEncoding)
      return last;
    const key = `${accept} ${acceptEncoding}`;
    last = negotiated.get(key) ?? {
      accept,
      acceptEncoding,
      form: negotiateForm(accept),
      encoding: negotiateEncoding(acceptEncoding),
    };
    negotiated.set(key, last);
    return last;
  }

  function answered(req: IncomingMessage, res: ServerResponse): boolean {
    if (req.method !== 'GET') return false;
    const project = PAGE.exec(req.url ?? '')?.[1] as ProjectName | undefined;
    if (project === undefined) return false;
    const started = performance.now();
    const { form, encoding } = negotiate(req.headers);
    if (form === undefined) return false;
    const page = pages.ready(project, form.form, encoding);
    if (page === undefined) return false;
    requests[sendPage(req, res, page, form.contentType, pageMaxAge)]();
    duration((performance.now() - started) / 1_000);
    return true;
  }

  return (req, res) => {
    if (!answered(req, res)) next(req, res);
  };
}
