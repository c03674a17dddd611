import type { IncomingMessage } from 'node:http';
import type { Reader } from '../../dashboard/reader.js';
import { type Refusal, refusalAnswer, refusalFor } from '../../dashboard/refusal.js';
import {
  type RefusalFilter,
  type RefusalsAnswer,
  type RefusalsQuestion,
  type RefusalVerdict,
  refusalsFor,
  SORTS,
} from '../../dashboard/refusals.js';
import { Failure } from '../../domain/failure.js';
import { parseProjectName } from '../../domain/project-name.js';
import { refusalPage } from '../../ui/refusal-page.js';
import { refusalsPage } from '../../ui/refusals-page.js';
import { type UrlOf, urlsFrom } from '../../ui/urls.js';
import type { Handler } from '../asked.js';
import { sendCsv } from '../csv.js';
import { readerOf } from '../dashboard-reader.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import { pathSegments } from '../path.js';
import { queryOf, timeOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

const VERDICTS: readonly RefusalVerdict[] = ['block', 'warn', 'dry-run'];
/** Rows of one table for a spreadsheet. */
const MOST_ROWS = 20_000;
/** Number of requests listed with each group. */
const REQUESTS = 5;

/**
 * `GET /refusals?rule=R&project=P&user=U&verdict=V&since=T&until=T&q=TEXT&sort=S&before=NEXT`: refusals, in groups;
 * `GET /refusals/{id}?before=NEXT`: one decision.
 */
export function refusalsRoute(services: Services, settings: HttpSettings): Handler {
  const refusal = refusalOfRequest(services, settings);
  return pageHandler(services, settings, async (req, urlOf) => {
    const id = idIn(req, []);
    if (id !== undefined) return refusalPage(await refusal(req, id), urlOf);
    const reader = readerOf(req, settings);
    const question = questionOf(req, reader);
    const asked = { requests: REQUESTS };
    const answer = await refusalsFor(services.decisionQueries, question, reader, asked);
    return refusalsPage(answer, question, reader, urlOf);
  });
}

/** `GET /api/v1/refusals`, `/api/v1/refusals/{id}`: the same for programs; `format=csv`: for a spreadsheet. */
export function refusalsApiRoute(services: Services, settings: HttpSettings): Handler {
  const refusal = refusalOfRequest(services, settings);
  return async (req, res) => {
    const id = idIn(req, ['api', 'v1']);
    if (id !== undefined) return sendJson(res, 200, refusalAnswer(await refusal(req, id)));
    const reader = readerOf(req, settings);
    const question = questionOf(req, reader);
    const isCsv = queryOf(req.url ?? '').get('format') === 'csv';
    const asked = isCsv ? { most: MOST_ROWS } : { requests: REQUESTS };
    const answer = await refusalsFor(services.decisionQueries, question, reader, asked);
    if (!isCsv) return sendJson(res, 200, answer);
    const { items, next } = answer;
    // An incomplete table has a link to its continuation.
    if (next !== undefined) res.setHeader('link', `<${nextOf(req, next)}>; rel="next"`);
    sendCsv(req, res, 'refusals.csv', rowsOf(items));
  };
}

/** The decision that a path names; undefined for that of all. @param below the segments in front of `refusals` */
function idIn(req: IncomingMessage, below: readonly string[]): string | undefined {
  const [, id = '', ...rest] = pathSegments(req.url ?? '')?.slice(below.length) ?? [];
  if (rest.length > 0) throw new Failure('not-found', 'Use /refusals/{id}.');
  return id === '' ? undefined : id;
}

function refusalOfRequest(
  { pages, judge, findings, decisionQueries, now }: Services,
  settings: HttpSettings,
): (req: IncomingMessage, id: string) => Promise<Refusal> {
  const { contact, dashboard } = settings;
  const { policyRepository } = dashboard;
  const parts = { pages, judge, findings, decisionQueries, now };
  return (req, id) => {
    const before = queryOf(req.url ?? '').get('before') || undefined;
    const reader = readerOf(req, settings);
    return refusalFor(parts, { contact, policyRepository }, id, reader, before);
  };
}

/** @throws {Failure} bad-request, and forbidden for questions about others */
function questionOf(req: IncomingMessage, reader: Reader): RefusalsQuestion {
  const query = queryOf(req.url ?? '');
  const sort = query.get('sort') || SORTS[0];
  const known = SORTS.find((one) => one === sort);
  if (known === undefined)
    throw new Failure('bad-request', `The order must be one of ${SORTS.join(', ')}.`);
  return {
    filter: filterOf(query, reader),
    sort: known,
    before: query.get('before') || undefined,
  };
}

/** @throws {Failure} bad-request, and forbidden for questions about others */
function filterOf(query: URLSearchParams, reader: Reader): RefusalFilter {
  const given = (name: string): string | undefined => query.get(name) || undefined;
  const [name, verdict, user] = [given('project'), given('verdict'), given('user')];
  const project = name === undefined ? undefined : parseProjectName(name);
  if (name !== undefined && project === undefined)
    throw new Failure('bad-request', 'The project name is invalid.');
  const known = VERDICTS.find((one) => one === verdict);
  if (verdict !== undefined && known === undefined)
    throw new Failure('bad-request', `The verdict must be one of ${VERDICTS.join(', ')}.`);
  if (user !== undefined && !reader.seesIdentities && user !== reader.user)
    throw new Failure('forbidden', "Only the admin role may query other users' refusals.");
  return {
    rule: given('rule'),
    project,
    // A named user sees their own requests.
    user: reader.seesIdentities ? user : reader.user,
    verdict: known,
    since: timeOf(query.get('since'), 'since'),
    until: timeOf(query.get('until'), 'until'),
    text: given('q'),
  };
}

const COLUMNS = [
  'id',
  'rule',
  'project',
  'version',
  'filename',
  'sha256',
  'refused',
  'wouldHave',
  'warned',
  'ahead',
  'first',
  'last',
  'reason',
] as const;

function rowsOf(items: RefusalsAnswer['items']): (string | number | undefined)[][] {
  const rows = items.map((item) => [
    ...COLUMNS.map((column) => item[column]),
    item.users.join(' '),
    item.moreUsers,
  ]);
  return [[...COLUMNS, 'users', 'moreUsers'], ...rows];
}

function nextOf(req: IncomingMessage, next: string): string {
  const query = Object.fromEntries(queryOf(req.url ?? ''));
  const urlOf: UrlOf = urlsFrom(req.url ?? '');
  return urlOf(['api', 'v1', 'refusals'], { ...query, before: next });
}
