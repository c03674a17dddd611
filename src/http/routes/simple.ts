import type { ServerResponse } from 'node:http';
import { Failure } from '../../domain/failure.js';
import { parseProjectName } from '../../domain/project-name.js';
import { negotiateEncoding, negotiateForm } from '../../project-pages/negotiate.js';
import type { Handler } from '../asked.js';
import { pathSegments } from '../path.js';
import { sendList, sendPage } from '../send-page.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET, HEAD /simple/` and `/simple/{project}/` (PEP 503, 691). */
export function simpleRoute(services: Services, settings: HttpSettings): Handler {
  return async (req, res) => {
    const segments = pathSegments(req.url ?? '');
    if (segments === undefined || segments.length > 3)
      throw new Failure('not-found', 'Use /simple/{project}/.');
    const [, name, slash] = segments;
    // Redirects are relative, so they remain valid behind a front server with a path prefix.
    if (name === undefined) return redirect(res, 'simple/');
    const negotiated = negotiateForm(req.headers.accept);
    if (negotiated === undefined)
      throw new Failure(
        'not-acceptable',
        'Project pages are available as HTML (PEP 503) and JSON (PEP 691).',
      );
    const { form, contentType } = negotiated;
    const encoding = negotiateEncoding(req.headers['accept-encoding']);
    if (name === '') {
      const list = await services.projectList.open(form, encoding);
      return sendList(req, res, list, contentType, settings.pageMaxAge);
    }
    const project = parseProjectName(name);
    if (project === undefined)
      throw new Failure('not-found', `${JSON.stringify(name)} is not a project name (PEP 508).`);
    if (slash === undefined) return redirect(res, `${project}/`);
    if (name !== project) return redirect(res, `../${project}/`);
    const page = await services.pages.render(project, form, encoding);
    sendPage(req, res, page, contentType, settings.pageMaxAge);
  };
}

function redirect(res: ServerResponse, location: string): void {
  res.statusCode = 301;
  res.setHeader('location', location);
  res.setHeader('content-length', 0);
  res.end();
}
