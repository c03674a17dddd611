import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Seal } from '../seal.js';
import type { InspectedBy } from './fill-news.js';
import { ANSWERED, ASKED, Introductions, type Question } from './introduction.js';
import type { OfferedFill } from './offered-fill.js';
import { sendFill } from './send-fill.js';

export interface FillServerParts {
  /** @param name from `nameOfFill` */
  readonly offered: (name: string) => OfferedFill | undefined;
  readonly seal: Seal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The URL for the other replicas, as in our leases. */
  readonly url: string;
  readonly by: InspectedBy;
}

/** Maximum number of followers, for all fills. */
const MOST_CONNECTIONS = 512;
/** The timeout for receiving a request, in milliseconds. */
const QUESTION_TIME = 5_000;
const LONGEST_QUESTION = 8 * 1024;

const FILL = /^\/internal\/v1\/fills\/([\da-f]{64})$/;
const FROM = /^\d{1,15}$/;
const TRANSFER = /^[\w-]{0,100}$/;

/**
 * The server for other replicas on a separate port: `GET /internal/v1/fills/{name}?from=N&of=TRANSFER`. A client
 * without the secret learns only that it exists.
 */
export function createFillServer(parts: FillServerParts): Server {
  const introductions = new Introductions(parts.seal, parts.now);
  const server = createServer(
    {
      maxHeaderSize: LONGEST_QUESTION,
      headersTimeout: QUESTION_TIME,
      requestTimeout: QUESTION_TIME,
      keepAliveTimeout: 1,
      connectionsCheckingInterval: 1_000,
    },
    (req, res) => void answer(req, res, parts, introductions),
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { offered, url, by }: FillServerParts,
  introductions: Introductions,
): Promise<void> {
  res.setHeader('connection', 'close');
  const question = readQuestion(req, url);
  if (question === undefined) return end(res, 404);
  const asked = req.headers[ASKED];
  const known = introductions.answer(question, Array.isArray(asked) ? asked[0] : asked);
  if (known === undefined) return end(res, 401);
  res.setHeader(ANSWERED, known.answered);
  const fill = offered(question.name);
  if (fill === undefined) return end(res, 404);
  res.setHeader('content-type', 'application/octet-stream');
  res.flushHeaders();
  const { from, of } = question;
  await sendFill(res, fill, { from, of, news: known.news, by });
}

function readQuestion({ method, url = '' }: IncomingMessage, own: string): Question | undefined {
  if (method !== 'GET' || !URL.canParse(url, own)) return undefined;
  const { pathname, searchParams } = new URL(url, own);
  const name = FILL.exec(pathname)?.[1];
  const from = searchParams.get('from') ?? '0';
  const of = searchParams.get('of') ?? '';
  if (name === undefined || !FROM.test(from) || !TRANSFER.test(of)) return undefined;
  return { url: own, name, from: Number(from), of };
}

function end(res: ServerResponse, status: number): void {
  res.statusCode = status;
  res.end();
}
