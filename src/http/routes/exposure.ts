import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExposureAnswer, exposureAnswer } from '../../dashboard/exposure-answer.js';
import { EXPOSED_COLUMNS, type ExposureQuestion } from '../../exposure/exposure.js';
import { exposureBack } from '../../exposure/exposure-back.js';
import { exposurePage } from '../../ui/exposure-page.js';
import { urlsFrom } from '../../ui/urls.js';
import type { Handler } from '../asked.js';
import { sendCsv } from '../csv.js';
import { readerOf } from '../dashboard-reader.js';
import { readExposureQuestion, soundQuestion } from '../exposure-question.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import { FORMAT, parameterOf } from '../parameters.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

/** Approximate maximum of requests per response; earlier ones are returned by the next query. */
const MOST = 20_000;

const PARAMETERS = ['project', 'versions', 'sha256', 'since', 'until', 'refused'] as const;

/** `GET /exposure?project=P&versions=SPEC&sha256=H&since=TIME&refused=1`: the recipients of a file, as a page. */
export function exposureRoute(services: Services, settings: HttpSettings): Handler {
  return pageHandler(services, settings, async (req, urlOf) => {
    const query = queryOf(req.url ?? '');
    const given = PARAMETERS.map((name) => [name, query.get(name) || undefined] as const);
    const asked = Object.fromEntries(given);
    if (given.every(([, value]) => value === undefined))
      return exposurePage({ asked, problems: undefined, answer: undefined }, urlOf);
    const { question, problems } = readExposureQuestion(query);
    if (problems.size > 0)
      return { status: 400, ...exposurePage({ asked, problems, answer: undefined }, urlOf) };
    const answer = await answerTo(question, req, services, settings);
    return exposurePage({ asked, problems, answer }, urlOf);
  });
}

/** `GET /api/v1/exposure` with the same query, and `format=csv`: the same for programs. */
export function exposureApiRoute(services: Services, settings: HttpSettings): Handler {
  return async (req, res) => {
    const query = queryOf(req.url ?? '');
    const question = soundQuestion(readExposureQuestion(query));
    const format = parameterOf(query, 'format', FORMAT);
    const answer = await answerTo(question, req, services, settings);
    if (format === 'csv') return sendRequests(req, res, query, answer);
    sendJson(res, 200, answer);
  };
}

async function answerTo(
  question: ExposureQuestion,
  req: IncomingMessage,
  { logSearch }: Services,
  settings: HttpSettings,
): Promise<ExposureAnswer> {
  return exposureAnswer(await exposureBack(logSearch, question, MOST), readerOf(req, settings));
}

/** A table cannot mark missing rows, so a header contains the continuation. */
function sendRequests(
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
  { requests, searchedBackTo }: ExposureAnswer,
): void {
  if (searchedBackTo !== undefined) {
    const next = { ...Object.fromEntries(query), until: searchedBackTo };
    const url = urlsFrom(req.url ?? '')(['api', 'v1', 'exposure'], next);
    res.setHeader('link', `<${url}>; rel="next"`);
  }
  const rows = requests.map((request) => EXPOSED_COLUMNS.map((column) => request[column]));
  sendCsv(req, res, 'exposure.csv', [EXPOSED_COLUMNS, ...rows]);
}
