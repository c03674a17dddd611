import type { IncomingMessage } from 'node:http';
import { type Why, type WhyParts, whyOf } from '../../dashboard/why.js';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { Failure } from '../../domain/failure.js';
import { parseProjectName } from '../../domain/project-name.js';
import { whyPage } from '../../ui/why-page.js';
import type { Handler } from '../asked.js';
import { readerOf } from '../dashboard-reader.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import { INSTANT, parameterOf, SHA256 } from '../parameters.js';
import { pathSegments } from '../path.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

/**
 * `GET /projects/{project}/files/{filename}?before=T&sha256=H`: the reason for a refusal, as a page; T continues its
 * history, and H is the digest that a link means.
 */
export function whyRoute(services: Services, settings: HttpSettings): Handler {
  const why = whyOfRequest(services, settings, []);
  return pageHandler(services, settings, async (req, urlOf) => whyPage(await why(req), urlOf));
}

/** Response body for API clients. */
export type WhyAnswer = Omit<Why, 'said'>;

/** `GET /api/v1/projects/{project}/files/{filename}`: the same for programs. */
export function whyApiRoute(services: Services, settings: HttpSettings): Handler {
  const why = whyOfRequest(services, settings, ['api', 'v1']);
  return async (req, res) => {
    const { said: _, ...rest } = await why(req);
    const answer: WhyAnswer = rest;
    sendJson(res, 200, answer);
  };
}

/** @param below the segments in front of `projects` */
function whyOfRequest(
  { pages, judge, findings, decisionQueries: decisions, now }: Services,
  settings: HttpSettings,
  below: readonly string[],
): (req: IncomingMessage) => Promise<Why> {
  const { contact, dashboard } = settings;
  const { policyRepository } = dashboard;
  const parts: WhyParts = { pages, judge, findings, decisions, now };
  return async (req) => {
    const [, name = '', files, filename = '', ...rest] =
      pathSegments(req.url ?? '')?.slice(below.length) ?? [];
    const project = parseProjectName(name);
    const isFile = parseDistributionFilename(filename, project) !== undefined;
    if (project === undefined || files !== 'files' || !isFile || rest.length > 0)
      throw new Failure('not-found', 'Use /projects/{project}/files/{filename}.');
    const query = queryOf(req.url ?? '');
    const before = parameterOf(query, 'before', INSTANT);
    const sha256 = parameterOf(query, 'sha256', SHA256);
    const advice = { contact, policyRepository };
    return whyOf(parts, advice, project, filename, readerOf(req, settings), before, sha256);
  };
}
