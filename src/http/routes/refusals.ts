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
import { refusalPage } from '../../ui/refusal-page.js';
import { refusalsPage } from '../../ui/refusals-page.js';
import { type UrlOf, urlsFrom } from '../../ui/urls.js';
import type { Handler } from '../asked.js';
import { sendCsv } from '../csv.js';
import { readerOf } from '../dashboard-reader.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import {
  A_CURSOR,
  ANYTHING,
  DECISION_ID,
  FORMAT,
  INSTANT,
  oneOf,
  PROJECT,
  parameterOf,
  untilOf,
} from '../parameters.js';
import { pathSegments } from '../path.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

const VERDICTS: readonly RefusalVerdict[] = ['block', 'warn', 'dry-run'];
/** The cursor in the requests of a group. */
const AFTER_A_DECISION = { ...DECISION_ID, takes: A_CURSOR };
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
    const isCsv = parameterOf(queryOf(req.url ?? ''), 'format', FORMAT) === 'csv';
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
    const before = parameterOf(queryOf(req.url ?? ''), 'before', AFTER_A_DECISION);
    const reader = readerOf(req, settings);
    return refusalFor(parts, { contact, policyRepository }, id, reader, before);
  };
}

/** @throws {Failure} bad-request, and forbidden for questions about others */
function questionOf(req: IncomingMessage, reader: Reader): RefusalsQuestion {
  const query = queryOf(req.url ?? '');
  return {
    filter: filterOf(query, reader),
    sort: parameterOf(query, 'sort', oneOf(SORTS)) ?? SORTS[0],
    // Its format depends on the source of the page.
    before: parameterOf(query, 'before', ANYTHING),
  };
}

/** @throws {Failure} bad-request, and forbidden for questions about others */
function filterOf(query: URLSearchParams, reader: Reader): RefusalFilter {
  const user = parameterOf(query, 'user', ANYTHING);
  const since = parameterOf(query, 'since', INSTANT);
  if (user !== undefined && !reader.seesIdentities && user !== reader.user)
    throw new Failure('forbidden', "Only the admin role may query other users' refusals.");
  return {
    rule: parameterOf(query, 'rule', ANYTHING),
    project: parameterOf(query, 'project', PROJECT),
    // A named user sees their own requests.
    user: reader.seesIdentities ? user : reader.user,
    verdict: parameterOf(query, 'verdict', oneOf(VERDICTS)),
    since,
    until: untilOf(query, since),
    text: parameterOf(query, 'q', ANYTHING),
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
