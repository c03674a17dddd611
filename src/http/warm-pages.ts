import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import {
  type NegotiatedForm,
  negotiateEncoding,
  negotiateForm,
} from '../project-pages/negotiate.js';
import type { PageEncoding } from '../project-pages/project-pages.js';
import type { WarmHandler } from './route.js';
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
 * Creates the function that answers prepared, current and judged project pages before all other steps. Other requests
 * take the full path, through the same services and the same policy.
 */
export function warmPages({ pages }: Services, { pageMaxAge }: HttpSettings): WarmHandler {
  const negotiated = new LRUCache<string, Negotiated>({ max: MAX_HEADERS });

  // Consecutive requests often have the same client type, and a comparison is cheaper than a lookup.
  let last: Negotiated | undefined;

  function negotiate(headers: IncomingMessage['headers']): Negotiated {
    const { accept } = headers;
    const acceptEncoding = headers['accept-encoding'] as string | undefined;
    if (last !== undefined && last.accept === accept && last.acceptEncoding === acceptEncoding)
      return last;
    // A header cannot contain a line break, so the key is unambiguous.
    const key = `${accept}\n${acceptEncoding}`;
    last = negotiated.get(key) ?? {
      accept,
      acceptEncoding,
      form: negotiateForm(accept),
      encoding: negotiateEncoding(acceptEncoding),
    };
    negotiated.set(key, last);
    return last;
  }

  return (req, res) => {
    if (req.method !== 'GET') return undefined;
    const project = PAGE.exec(req.url ?? '')?.[1] as ProjectName | undefined;
    if (project === undefined) return undefined;
    const { form, encoding } = negotiate(req.headers);
    const page = form && pages.ready(project, form.form, encoding);
    return page && sendPage(req, res, page, form.contentType, pageMaxAge);
  };
}
