import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { Failure } from '../domain/failure.js';
import { observeRequests, type RouteLabel } from './observe-requests.js';
import { sendFailure } from './problem.js';
import { explainRoute } from './routes/explain.js';
import { exposureRoute } from './routes/exposure.js';
import { filesRoute, methodNotAllowed } from './routes/files.js';
import { healthRoute, metricsRoute, readyRoute } from './routes/operations.js';
import { metadataRoutes } from './routes/pass-through.js';
import { simpleRoute } from './routes/simple.js';
import type { HttpSettings, Services } from './services.js';

type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/** The routes. Every answer that is not what was asked for is a problem document. */
export function createApp(services: Services, settings: HttpSettings): Express {
  const app = express();
  // Our own ETags are strong, and known before a body is at hand.
  app.disable('etag');
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.use(observeRequests(services.metrics));
  app.use(guard(settings));

  const route = (path: string | RegExp, label: RouteLabel, handler: Handler) =>
    app.use(path, (req, res, next) => {
      res.locals.route = label;
      // Mounting strips the path; our handlers read it whole, undecoded.
      req.url = req.originalUrl;
      Promise.resolve(handler(req, res)).catch(next);
    });
  const metadata = metadataRoutes(services, settings);
  route('/simple', 'simple', simpleRoute(services, settings));
  route('/files', 'files', filesRoute(services, settings));
  route('/pypi', 'pypi', metadata.json);
  route('/integrity', 'integrity', metadata.integrity);
  route('/healthz', 'healthz', healthRoute());
  route('/readyz', 'readyz', readyRoute(services));
  route('/metrics', 'metrics', metricsRoute(services));
  route('/api/v1/explain', 'api', explainRoute(services));
  route('/api/v1/exposure', 'api', exposureRoute(services));

  app.use((_req, res) => sendFailure(res, 'not-found', 'Nothing is served here.'));
  app.use(failures(services));
  return app;
}

/** Turns away what no route wants: other methods, and URLs of absurd length. */
function guard(settings: HttpSettings): RequestHandler {
  return (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return methodNotAllowed(res);
    if (req.originalUrl.length > settings.maxUrlLength)
      return sendFailure(
        res,
        'uri-too-long',
        `A URL has at most ${settings.maxUrlLength} characters.`,
      );
    next();
  };
}

/** The last stop of every error: its kind tells the status; what we did not expect is logged, and is a 500. */
function failures({ log }: Services): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    if (error instanceof Failure) {
      if (error.status >= 500)
        log.warn(
          { err: error.cause ?? error, kind: error.kind, url: req.originalUrl },
          error.message,
        );
      return sendFailure(res, error.kind, error.message);
    }
    if (error instanceof URIError)
      return sendFailure(res, 'bad-request', 'The URL holds a broken escape.');
    log.error({ err: error, url: req.originalUrl }, 'a request failed unexpectedly');
    sendFailure(res, 'internal', 'Something unexpected went wrong; the log has the details.');
  };
}
