import type { ServerResponse } from 'node:http';
import type { Reader } from '../../dashboard/reader.js';
import { seenDecision } from '../../dashboard/seen-decisions.js';
import type { NamedDecision } from '../../decisions/queries/decision-queries.js';
import { Failure } from '../../domain/failure.js';
import type { Handler } from '../asked.js';
import { cutOffTooSlow, whenOver } from '../cut-off.js';
import { readerOf } from '../dashboard-reader.js';
import type { HttpSettings, Services } from '../services.js';

/** So many listen at a time in one process. */
const MOST_READERS = 10;
/** So much waits for one of them, in bytes; who takes less than comes is cut off. */
const MOST_WAITING = 1024 * 1024;
/** A line without meaning keeps the connection from being taken for dead, in milliseconds. */
const EVERY = 15_000;

/** `GET /api/v1/live`: decisions as they are made, as server-sent events; the last ones first. */
export function liveRoute({ liveDecisions, health }: Services, settings: HttpSettings): Handler {
  const readers = new Set<ServerResponse>();
  // A response that never ends would hold the server's own end up.
  health.onChange(({ part, state }) => {
    if (part === 'server' && state === 'failed') for (const res of readers) res.end();
  });
  return async (req, res) => {
    if (readers.size >= MOST_READERS)
      throw new Failure('too-many-requests', `${MOST_READERS} clients listen already.`);
    begin(res);
    if (req.method === 'HEAD') return void res.end();
    readers.add(res);
    const reader = readerOf(req, settings);
    // What is decided while the last ones are asked for follows them.
    let early: NamedDecision[] | undefined = [];
    const stop = liveDecisions.subscribe((named) => {
      if (early === undefined) tell(res, named, reader);
      else early.push(named);
    });
    const beating = setInterval(() => send(res, ':\n\n'), EVERY);
    whenOver(res, () => {
      readers.delete(res);
      clearInterval(beating);
      stop();
    });
    const last = await liveDecisions.recent();
    const told = new Set(last.map(({ id }) => id));
    for (const named of last) tell(res, named, reader);
    for (const named of early) if (!told.has(named.id)) tell(res, named, reader);
    early = undefined;
  };
}

function begin(res: ServerResponse): void {
  res.setHeader('content-type', 'text/event-stream');
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-content-type-options', 'nosniff');
  // nginx would hold it back.
  res.setHeader('x-accel-buffering', 'no');
  res.flushHeaders();
}

/** One event, by whose id a client that comes back knows what it has had. */
function tell(res: ServerResponse, named: NamedDecision, reader: Reader): void {
  const seen = seenDecision(named, reader);
  if (seen !== undefined) send(res, `id: ${named.id}\ndata: ${JSON.stringify(seen)}\n\n`);
}

function send(res: ServerResponse, text: string): void {
  if (res.destroyed || res.writableEnded) return;
  res.write(text);
  if (res.writableLength > MOST_WAITING) cutOffTooSlow(res);
}
