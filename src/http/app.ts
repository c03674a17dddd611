import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Admitted, admission, type TurnedAway } from './admission.js';
import { noteAsked } from './asked.js';
import { CLOSING, type SurplusConnections, TOO_MANY, UNBOUNDED } from './connections.js';
import { requestCounter } from './count-requests.js';
import { cutOffTooSlow, statusOfCut, whenOver } from './cut-off.js';
import { inTurn } from './in-turn.js';
import { sendFailure } from './problem.js';
import { REQUEST_ID, requestNamer } from './request-id.js';
import { isOn, type Port, routeFinder } from './route.js';
import { createRouter } from './router.js';
import { NO_ROUTE, ROUTES, type RouteLabel } from './routes/table.js';
import type { HttpSettings, Services } from './services.js';

/**
 * The order of a request: its route, then whether the state in force is confirmed, then access, then the route's
 * prepared responses, then its handler. Every other response is a problem document.
 */
export function createApp(
  services: Services,
  { dashboard, ...others }: HttpSettings,
  connections: SurplusConnections = UNBOUNDED,
  port: Port = 'clients',
): RequestListener {
  const isWhole = !dashboard.ownPort || port === 'dashboard';
  const settings = { ...others, dashboard: { ...dashboard, isWhole } };
  const findRow = routeFinder(
    ROUTES.filter((route) => isOn(port, route, settings.dashboard)).map((route) => ({
      ...route,
      answer: route.handler(services, settings),
      answerWarm: route.warm?.(services, settings),
    })),
  );
  const { authenticate, confirmation } = services;
  const admit = admission(authenticate);
  const count = requestCounter(services.metrics);
  const nameRequest = requestNamer(settings.trustedProxies);
  const router = createRouter(services, settings);

  /** A page that the operating system has taken at once, as nearly each, is not worth a listener. */
  function countWarm(res: ServerResponse, label: RouteLabel, status: number, started: number) {
    if (res.socket?.writableLength === 0) return count(label, status, started);
    whenOver(res, (taken) => count(label, taken ? status : statusOfCut(res), started));
  }

  function answer(
    req: IncomingMessage,
    res: ServerResponse,
    row: ReturnType<typeof findRow>,
    started: number,
    admitted: Admitted | TurnedAway,
  ): void {
    const label = row?.label ?? NO_ROUTE;
    if (!('kind' in admitted)) {
      const status = row?.answerWarm?.(req, res);
      if (status !== undefined) return countWarm(res, label, status, started);
    }
    const id = nameRequest(req);
    res.setHeader(REQUEST_ID, id);
    whenOver(res, (taken) => count(label, taken ? res.statusCode : statusOfCut(res), started));
    res.on('timeout', () => res.socket?.writableLength && cutOffTooSlow(res));
    if ('kind' in admitted) {
      noteAsked(req, { id });
      return sendFailure(res, admitted.kind, admitted.detail, admitted.headers);
    }
    noteAsked(req, { id, identity: admitted.identity, row });
    router(req, res);
  }

  function begin(req: IncomingMessage, res: ServerResponse): void {
    const started = performance.now();
    const row = findRow(req.url ?? '');
    const { authorization } = req.headers;
    if (connections.isSurplus(req.socket)) {
      for (const [name, value] of Object.entries(CLOSING)) res.setHeader(name, value);
      if (row?.mayAsk !== 'anybody') return answer(req, res, row, started, TOO_MANY);
    }
    // Tokens, policy and feed may have changed meanwhile, so routes that depend on them check first.
    if (started < confirmation.until || row?.mayAsk === 'anybody')
      return answer(req, res, row, started, admit(row, authorization));
    void confirmation.renewed().then(
      () => answer(req, res, row, started, admit(row, authorization)),
      ({ message }: Error) =>
        answer(req, res, row, started, { kind: 'unconfirmed', detail: message }),
    );
  }

  return inTurn(begin);
}
