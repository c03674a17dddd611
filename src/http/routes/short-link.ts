import { filesOfLink, type LinkSources } from '../../dashboard/short-link.js';
import { Failure } from '../../domain/failure.js';
import type { Linked } from '../../domain/short-id.js';
import { linkedPage } from '../../ui/linked-page.js';
import { urlsFrom, whyPath } from '../../ui/urls.js';
import type { Handler } from '../asked.js';
import { pageHandler } from '../html.js';
import { pathSegments } from '../path.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /w/{id}`: redirects from the link in a refusal to the page with the reason. */
export function shortLinkRoute(services: Services, settings: HttpSettings): Handler {
  return async (req, res) => {
    const target = req.url ?? '';
    const [, id = '', ...rest] = pathSegments(target) ?? [];
    const found = rest.length > 0 ? [] : await filesOrFailure(id, services);
    const files = found instanceof Failure ? [] : found;
    const [file] = files;
    if (file !== undefined && files.length === 1) {
      res.statusCode = 302;
      res.setHeader('location', urlsFrom(target)(whyPath(file), { sha256: file.sha256 }));
      res.setHeader('cache-control', 'no-store');
      return void res.end();
    }
    const answer = pageHandler(services, settings, (_req, urlOf) => {
      if (found instanceof Failure) throw found;
      if (file === undefined) throw new Failure('not-found', 'Unknown link.');
      return linkedPage(files, urlOf);
    });
    return answer(req, res);
  };
}

/** The page itself shows the failure. */
async function filesOrFailure(
  id: string,
  sources: LinkSources,
): Promise<readonly Linked[] | Failure> {
  try {
    return await filesOfLink(id, sources);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
