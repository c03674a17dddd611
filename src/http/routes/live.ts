import type { IncomingMessage, ServerResponse } from 'node:http';
import { recentAfter } from '../../dashboard/live.js';
import type { Reader } from '../../dashboard/reader.js';
import { seenDecision } from '../../dashboard/seen-decisions.js';
import type { NamedDecision } from '../../decisions/queries/decision-queries.js';
import { Failure } from '../../domain/failure.js';
import { admission } from '../admission.js';
import type { Handler } from '../asked.js';
import { cutOffTooSlow, whenOver } from '../cut-off.js';
import { readerOf } from '../dashboard-reader.js';
import { DECISION_ID, parameterOf } from '../parameters.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

const ADMINS = { mayAsk: 'admin' } as const;
/** So many listen at a time in one process. */
const MOST_READERS = 10;
/** Maximum unsent data per client, in bytes; a client that reads too slowly is disconnected. */
const MOST_WAITING = 1024 * 1024;
/** A line without meaning keeps the connection from being taken for dead, in milliseconds. */
const EVERY = 15_000;

/**
 * `GET /api/v1/live?after=ID`: decisions as server-sent events. The latest ones come first, or those after `after` or
 * the header `Last-Event-ID`, which browsers send when they reconnect.
 */
export function liveRoute(
  { liveDecisions, health, authenticate }: Services,
  settings: HttpSettings,
): Handler {
  const admit = admission(authenticate);
  const readers = new Set<ServerResponse>();
  let isStopping = false;
  // A response that never ends would hold the server's own end up.
  health.onChange(({ part, state }) => {
    if (part !== 'server' || state !== 'failed') return;
    isStopping = true;
    for (const res of readers) res.end();
  });
  return async (req, res) => {
    if (readers.size >= MOST_READERS)
      throw new Failure('too-many-requests', `${MOST_READERS} clients are already connected.`);
    const after = lastOf(req);
    begin(res);
    if (req.method === 'HEAD' || isStopping) return void res.end();
    readers.add(res);
    const reader = readerOf(req, settings);
    // A revoked token also ends responses that began before.
    const mayListen = () => {
      const may = !('kind' in admit(ADMINS, req.headers.authorization));
      if (!may) res.end();
      return may;
    };
    // Decisions that are made during the query are sent after its results.
    let early: NamedDecision[] | undefined = [];
    const stop = liveDecisions.subscribe((named) => {
      if (early !== undefined) early.push(named);
      else if (mayListen()) tell(res, named, reader);
    });
    const beating = setInterval(() => mayListen() && send(res, ':\n\n'), EVERY);
    whenOver(res, () => {
      readers.delete(res);
      clearInterval(beating);
      stop();
    });
    const last = await recentAfter(liveDecisions, after);
    const told = new Set(last.map(({ id }) => id));
    for (const named of last) tell(res, named, reader);
    for (const named of early) if (!told.has(named.id)) tell(res, named, reader);
    early = undefined;
  };
}

/** The name of the last decision that a client has. @throws {Failure} bad-request */
function lastOf(req: IncomingMessage): string | undefined {
  const after = parameterOf(queryOf(req.url ?? ''), 'after', DECISION_ID);
  // A browser sends what it was given, and would stop reconnecting at an error.
  return req.headers['last-event-id']?.toString() ?? after;
}

function begin(res: ServerResponse): void {
  res.setHeader('content-type', 'text/event-stream');
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-content-type-options', 'nosniff');
  // nginx would hold it back.
  res.setHeader('x-accel-buffering', 'no');
  res.flushHeaders();
}

/** One event. Its ID lets a reconnecting client continue from there. */
function tell(res: ServerResponse, named: NamedDecision, reader: Reader): void {
  const seen = seenDecision(named, reader);
  if (seen !== undefined) send(res, `id: ${named.id}\ndata: ${JSON.stringify(seen)}\n\n`);
}

function send(res: ServerResponse, text: string): void {
  if (res.destroyed || res.writableEnded) return;
  res.write(text);
  if (res.writableLength > MOST_WAITING) cutOffTooSlow(res);
}
