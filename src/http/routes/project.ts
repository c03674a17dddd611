import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ProjectReport, projectReport, SHOWS } from '../../dashboard/project.js';
import { Failure } from '../../domain/failure.js';
import { parseProjectName } from '../../domain/project-name.js';
import { failurePage } from '../../ui/failure-page.js';
import { projectPage } from '../../ui/project-page.js';
import { urlsFrom } from '../../ui/urls.js';
import { askedOf, type Handler } from '../asked.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import { natural, oneOf, parameterOf } from '../parameters.js';
import { pathSegments } from '../path.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';
import { whyApiRoute, whyRoute } from './why.js';

/** `GET /projects/{project}?show=S&page=N`: all files of a project, for people; below it, why one of them is refused. */
export function projectsRoute(services: Services, settings: HttpSettings): Handler {
  const { ownPort, isWhole } = settings.dashboard;
  const page = pageHandler(services, settings, async (req, urlOf) => {
    try {
      const links = { simple: !ownPort, exposure: isWhole && seesExposure(req) };
      return projectPage(await reportFor(req, services, []), links, urlOf);
    } catch (error) {
      // That an index does not answer is no fault of ours.
      if (!(error instanceof Failure) || !/^upstream-/.test(error.kind)) throw error;
      return { status: error.status, ...failurePage(error) };
    }
  });
  return dispatch([], page, whyRoute(services, settings));
}

/** `GET /api/v1/projects/{project}?show=S&page=N`: the same for programs. */
export function projectsApiRoute(services: Services, settings: HttpSettings): Handler {
  const answer: Handler = async (req, res) =>
    sendJson(res, 200, await reportFor(req, services, ['api', 'v1']));
  return dispatch(['api', 'v1'], answer, whyApiRoute(services, settings));
}

/** If no token is required, every client may query it. */
function seesExposure(req: IncomingMessage): boolean {
  const identity = askedOf(req)?.identity;
  return identity === undefined || identity.role === 'admin';
}

/** @param below the segments in front of `projects` */
function dispatch(below: readonly string[], ofProject: Handler, ofFile: Handler): Handler {
  return (req, res) => {
    const target = req.url ?? '';
    const [, name = '', files, ...rest] = pathSegments(target)?.slice(below.length) ?? [];
    if (files !== undefined && (files !== '' || rest.length > 0)) return ofFile(req, res);
    const project = parseProjectName(name);
    if (project !== undefined && (project !== name || files === ''))
      return redirect(target, res, [...below, 'projects', project]);
    return ofProject(req, res);
  };
}

/** To the name in its normal form, with the same query. */
function redirect(target: string, res: ServerResponse, path: readonly string[]): void {
  res.statusCode = 301;
  res.setHeader('location', urlsFrom(target)(path, Object.fromEntries(queryOf(target))));
  res.setHeader('content-length', 0);
  res.end();
}

/** @throws {Failure} not-found, bad-request; as `projectReport` does */
function reportFor(
  req: IncomingMessage,
  { pages, judge, findings, logSearch }: Services,
  below: readonly string[],
): Promise<ProjectReport> {
  const [, name = ''] = pathSegments(req.url ?? '')?.slice(below.length) ?? [];
  const project = parseProjectName(name);
  if (project === undefined)
    throw new Failure('not-found', 'Use /projects/{project} with a project name (PEP 508).');
  const query = queryOf(req.url ?? '');
  const show = parameterOf(query, 'show', oneOf(SHOWS)) ?? SHOWS[0];
  const page = parameterOf(query, 'page', natural('a page number')) ?? 1;
  return projectReport({ pages, judge, findings, logSearch }, project, show, page);
}
