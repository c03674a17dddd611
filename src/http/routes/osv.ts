import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Advisory } from '../../osv/advisory.js';
import { type FormContext, osvForm, shortForm } from '../../osv/advisory-form.js';
import { BadQuestion, type Question, readBatch, readQuestion } from '../../osv/question.js';
import { collect } from '../../runtime/collect.js';
import { Turns } from '../../runtime/turns.js';
import { urlsFrom, whyPath } from '../../ui/urls.js';
import type { Handler } from '../asked.js';
import { matchesEtag } from '../conditional.js';
import { pathSegments } from '../path.js';
import type { HttpSettings, Services } from '../services.js';

/** A batch of a thousand names takes a tenth of it, in bytes. */
export const MAX_QUESTION = 2 ** 20;
/** Advisories that one question is answered with at most, and all questions of a batch together. */
const PAGE = 100;
const PAGES = 3_000;

/** gRPC's numbers, which OSV's clients find in the body. */
const CODES = { badQuestion: 3, notFound: 5 } as const;

/** `POST /v1/query`: all advisories on one release. */
export function osvQueryRoute(services: Services, settings: HttpSettings): Handler {
  const contextOf = contextReader(services, settings);
  return answering(async (body, req, res) => {
    const question = readQuestion(body);
    const [answer] = await answersTo(services, req, [question], PAGE);
    const context = contextOf();
    const { told, next } = answer!;
    sendOsv(
      res,
      listed(
        told.map((advisory) => osvForm(advisory, context)),
        next,
      ),
    );
  });
}

/** `POST /v1/querybatch`: the identifiers alone, for up to a thousand releases. */
export function osvBatchRoute(services: Services): Handler {
  return answering(async (body, req, res) => {
    const questions = readBatch(body);
    const most = Math.max(1, Math.min(PAGE, Math.floor(PAGES / questions.length)));
    const answers = await answersTo(services, req, questions, most);
    const { since } = services.advisories;
    const results = answers.map(({ told, next }) =>
      listed(
        told.map((advisory) => shortForm(advisory, { since })),
        next,
      ),
    );
    sendOsv(res, { results });
  });
}

/** `GET /v1/vulns/{id}`: one of them, whole. */
export function osvVulnsRoute(services: Services, settings: HttpSettings): Handler {
  const contextOf = contextReader(services, settings);
  return async (req, res) => {
    const [, , id = '', ...rest] = pathSegments(req.url ?? '') ?? [];
    const advisory = rest.length > 0 ? undefined : await services.advisories.find(id);
    if (advisory === undefined) return sendOsvError(res, 404, CODES.notFound, 'Bug not found.');
    sendOsv(res, osvForm(advisory, contextOf()), req.headers['if-none-match']);
  };
}

function answering(
  answer: (body: unknown, req: IncomingMessage, res: ServerResponse) => Promise<void>,
): Handler {
  return async (req, res) => {
    try {
      await answer(await readJson(req), req, res);
    } catch (error) {
      if (error instanceof TooLong) {
        // The rest of the body is not read.
        res.setHeader('connection', 'close');
        return sendOsvError(res, 413, CODES.badQuestion, error.message);
      }
      if (!(error instanceof BadQuestion)) throw error;
      sendOsvError(res, 400, CODES.badQuestion, error.message);
    }
  };
}

class TooLong extends Error {}

async function readJson(req: IncomingMessage): Promise<unknown> {
  const tooLong = () => new TooLong(`A query is limited to ${MAX_QUESTION} bytes.`);
  if (Number(req.headers['content-length'] ?? 0) > MAX_QUESTION) throw tooLong();
  // The stream is not destroyed if the body is too long: the response uses the same connection.
  const body = await collect(req.iterator({ destroyOnReturn: false }), MAX_QUESTION, tooLong);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new BadQuestion('The body is not JSON.');
  }
}

/** Duplicate questions in a batch are answered once. The record is written before the response. */
async function answersTo(
  { advisories, questions: recorder }: Services,
  req: IncomingMessage,
  questions: readonly (Question | undefined)[],
  most: number,
): Promise<readonly Page[]> {
  const turns = new Turns();
  const inquiry = await advisories.inquiry();
  const known = new Map<string, readonly Advisory[]>();
  const answers: (readonly Advisory[])[] = [];
  for (const question of questions) {
    if (question === undefined) {
      answers.push([]);
      continue;
    }
    if (turns.spent) await turns.next();
    const { project, version, isInvalid } = question;
    const key = `${project} ${isInvalid} ${version ?? ''}`;
    const told = known.get(key) ?? (await inquiry.answer(question));
    known.set(key, told);
    answers.push(told);
  }
  const pages = answers.map((answer, index) => pageOf(answer, questions[index], most));
  // Omitted results are no decision: one short question about all releases of a project may yield thousands.
  const told = new Set(pages.flatMap((page) => page.told));
  await recorder.record(req, questions, [...told]);
  return pages;
}

interface Page {
  readonly told: readonly Advisory[];
  readonly next: string | undefined;
}

function pageOf(all: readonly Advisory[], question: Question | undefined, most: number): Page {
  const end = (question?.skip ?? 0) + most;
  const told = all.slice(end - most, end);
  return { told, next: end < all.length ? String(end) : undefined };
}

/** Nothing is an empty object, as protocol buffers write it. */
function listed(vulns: readonly object[], next: string | undefined): object {
  return {
    ...(vulns.length > 0 && { vulns }),
    ...(next !== undefined && { next_page_token: next }),
  };
}

function contextReader(
  { advisories, judge }: Services,
  { contact, dashboard, publicUrl }: HttpSettings,
): () => FormContext {
  // From the root of all paths.
  const urlOf = urlsFrom('/');
  const pageUrl: FormContext['pageUrl'] = (advisory) =>
    publicUrl === undefined || !dashboard.enabled || advisory.kind === 'feed'
      ? undefined
      : new URL(urlOf(whyPath(pageOfAdvisory(advisory))), `${publicUrl}/`).href;
  return () => ({ since: advisories.since, revision: judge.revision, contact, pageUrl });
}

function pageOfAdvisory({ project, file }: Extract<Advisory, { kind: 'policy' }>) {
  return { project, filename: file?.filename ?? '' };
}

/** @param ifNoneMatch applies to repeated requests for the same URL */
function sendOsv(res: ServerResponse, value: object, ifNoneMatch?: string): void {
  const body = Buffer.from(JSON.stringify(value));
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  res.setHeader('etag', etag);
  res.setHeader('cache-control', 'no-cache');
  if (matchesEtag(ifNoneMatch, etag)) {
    res.statusCode = 304;
    return void res.end();
  }
  res.setHeader('content-type', 'application/json');
  res.setHeader('content-length', body.length);
  res.end(res.req.method === 'HEAD' ? undefined : body);
}

/** Errors in OSV's format. */
function sendOsvError(res: ServerResponse, status: number, code: number, message: string): void {
  const body = Buffer.from(JSON.stringify({ code, message }));
  res.statusCode = status;
  res.setHeader('content-type', 'application/json');
  res.setHeader('cache-control', 'no-store');
  res.setHeader('content-length', body.length);
  res.end(res.req.method === 'HEAD' ? undefined : body);
}
