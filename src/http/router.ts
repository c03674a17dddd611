import type { IncomingHttpHeaders } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { asFailure, Failure, loggedCause } from '../domain/failure.js';
import { askedOf } from './asked.js';
import { sendFailure, sendMethodNotAllowed } from './problem.js';
import { READING } from './route.js';
import type { HttpSettings, Services } from './services.js';

/**
 * Routes a request to its row. Express carries the request and its errors from one step to the next. It matches no
 * paths itself, so access control and routing cannot disagree.
 */
export function createRouter({ log }: Services, settings: HttpSettings): Express {
  const router = express();
  // Our own ETags are strong, and known before the body is available.
  router.disable('etag');
  router.disable('x-powered-by');
  router.set('query parser', false);
  router.use(dispatch(settings), failures(log));
  return router;
}

/** Rejects unsupported requests: other methods, bodies where none is expected, overlong URLs, unknown paths. */
function dispatch({ maxUrlLength }: HttpSettings): RequestHandler {
  // Express passes its rejections to the next step.
  return (req, res) => {
    const row = askedOf(req)?.row;
    const methods = row?.methods ?? READING;
    if (!methods.includes(req.method)) return sendMethodNotAllowed(res, methods);
    // The pass-through would forward it without the length that marks its end.
    if (row?.maxBody === undefined && hasBody(req.headers))
      throw new Failure('bad-request', 'Requests to this route take no body.');
    if (req.originalUrl.length > maxUrlLength)
      throw new Failure('uri-too-long', `A URL is limited to ${maxUrlLength} characters.`);
    if (row === undefined) throw new Failure('not-found', 'No such route.');
    return row.answer(req, res);
  };
}

/** Whether one is announced (RFC 9112, 6.3). */
function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** The handler of all errors. A failure's kind determines the status; unexpected errors are logged as errors. */
function failures(log: Services['log']): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const about = { request: askedOf(req)?.id, url: req.originalUrl };
    if (error instanceof URIError)
      return sendFailure(res, 'bad-request', 'The URL contains an invalid escape sequence.');
    const failure = asFailure(error);
    const { kind, message } = failure;
    if (failure === error) {
      if (failure.status >= 500)
        log[failure.isLogged ? 'debug' : 'warn'](
          { ...loggedCause(failure), kind, ...about },
          message,
        );
    } else log.error({ err: error, kind, ...about }, 'unexpected error in a request');
    sendFailure(res, kind, message, retryHeader(failure));
  };
}

/** Forwards the upstream's Retry-After, which clients respect. */
function retryHeader({ retryAfter }: Failure): Record<string, string> {
  return retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter / 1_000)) };
}
