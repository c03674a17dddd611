import type { IncomingMessage } from 'node:http';
import type { PolicyFilePart } from '../../dashboard/policy-file.js';
import type { AskedFile } from '../../dashboard/policy-reports.js';
import { badParameter } from '../../domain/bad-parameter.js';
import { Failure } from '../../domain/failure.js';
import { policyFilePage } from '../../ui/policy-file-page.js';
import { policyPage } from '../../ui/policy-page.js';
import type { Handler } from '../asked.js';
import { readerOf } from '../dashboard-reader.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import { natural, parameterOf } from '../parameters.js';
import { pathSegments } from '../path.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /policy`: the policy in force; `GET /policy/files/{own|shipped}/{name}?from=LINE`: one of its files. */
export function policyRoute(services: Services, settings: HttpSettings): Handler {
  const { policyReports } = services;
  return pageHandler(services, settings, async (req, urlOf) => {
    const { seesComments, part } = await askedOf(req, services, settings, []);
    if (part !== undefined) return policyFilePage(part, seesComments, urlOf);
    const places = seesComments ? settings.dashboard.places : undefined;
    return policyPage(await policyReports.report(seesComments), places, urlOf);
  });
}

/** `GET /api/v1/policy` and `/api/v1/policy/files/{own|shipped}/{name}?from=LINE`: the same for programs. */
export function policyApiRoute(services: Services, settings: HttpSettings): Handler {
  return async (req, res) => {
    const { seesComments, part } = await askedOf(req, services, settings, ['api', 'v1']);
    if (part !== undefined) return sendJson(res, 200, part);
    sendJson(res, 200, await services.policyReports.report(seesComments));
  };
}

const LINE = natural('a line number');

interface AskedPolicy {
  /** Comments may name people, as the decisions do. */
  readonly seesComments: boolean;
  /** Undefined for the whole policy. */
  readonly part: PolicyFilePart | undefined;
}

/** @param below the segments in front of `policy` @throws {Failure} not-found, bad-request */
async function askedOf(
  req: IncomingMessage,
  { policyReports }: Services,
  settings: HttpSettings,
  below: readonly string[],
): Promise<AskedPolicy> {
  const seesComments = readerOf(req, settings).seesIdentities;
  const segments = pathSegments(req.url ?? '')?.slice(below.length) ?? ['', 'odd'];
  const [, files, layer, name, ...rest] = segments;
  if (files === undefined || (files === '' && layer === undefined))
    return { seesComments, part: undefined };
  if (files !== 'files' || !isLayer(layer) || name === undefined || rest.length > 0)
    throw new Failure('not-found', 'Use /policy/files/{own|shipped}/{name}.');
  const from = parameterOf(queryOf(req.url ?? ''), 'from', LINE) ?? 1;
  const part = await policyReports.file({ layer, name, from, comments: seesComments });
  if (part === undefined) throw new Failure('not-found', 'No such policy file.');
  if (from > Math.max(part.count, 1)) throw badParameter('from', `at most ${part.count}`);
  return { seesComments, part };
}

function isLayer(text: string | undefined): text is AskedFile['layer'] {
  return text === 'own' || text === 'shipped';
}
