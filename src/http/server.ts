import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { FAILURES } from '../domain/failure.js';
import type { Certificate } from '../runtime/certificate.js';
import type { TurnedAway } from './admission.js';
import {
  CLOSING,
  type ConnectionBounds,
  Connections,
  type SurplusConnections,
  TOO_MANY,
} from './connections.js';
import { failureProblem, problemBody, reasonPhrase } from './problem.js';
import { cutOffSlowReaders } from './slow-readers.js';

/** Limits on resources that a client can hold, beyond Node's own. Times in milliseconds. */
export interface ServerLimits {
  /** All headers of a request together, in bytes. */
  readonly maxHeaderBytes: number;
  /** In which the headers of a request must have arrived. */
  readonly headersTimeout: number;
  /** That an idle connection is kept. Longer than a load balancer's own, commonly 60 s. */
  readonly keepAliveTimeout: number;
  /** The time within which a client must have read some of its pending data. */
  readonly writeTimeout: number;
  /** The minimum rate at which it must read further pending data, in bytes per second. */
  readonly leastRate: number;
  /** That a client has to read why its connection ends. */
  readonly linger: number;
  readonly connections: ConnectionBounds;
}

/** Interval for checking request deadlines, in milliseconds, unless they are shorter. */
const CHECKING_INTERVAL = 1_000;

/**
 * A server that sends protocol errors as problem documents as well; uses HTTPS if it has a certificate.
 * @param createListener answers requests, and can query which connections are surplus
 */
export function createHttpServer(
  createListener: (connections: SurplusConnections) => RequestListener,
  limits: ServerLimits,
  certificate: Certificate | undefined,
): Server | TlsServer {
  const end = (socket: Socket, answer: string) => {
    socket.end(answer);
    // A client that reads on or sends on must not keep it.
    const timer = setTimeout(() => socket.destroy(), limits.linger);
    socket.once('close', () => clearTimeout(timer));
  };
  // After the start of a handshake, the client understands only TLS.
  const connections = new Connections(limits.connections, (socket) =>
    certificate === undefined ? end(socket, problemAnswer(TOO_MANY)) : socket.destroy(),
  );
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.headersTimeout,
    connectionsCheckingInterval: Math.min(limits.headersTimeout, CHECKING_INTERVAL),
    keepAliveTimeout: limits.keepAliveTimeout,
  };
  const listener = createListener(connections);
  const server =
    certificate === undefined
      ? createServer(options, listener)
      : createTlsServer(
          {
            ...options,
            ...certificate,
            minVersion: 'TLSv1.2',
            handshakeTimeout: limits.headersTimeout,
          },
          listener,
        );
  // An idle connection is destroyed after this time, unless its response waits for something else.
  server.timeout = limits.writeTimeout;
  const { writeTimeout, leastRate } = limits;
  cutOffSlowReaders(server, certificate !== undefined, writeTimeout, leastRate, answering);
  connections.watch(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || answering(socket) !== undefined)
      return void socket.destroy();
    end(socket, problemAnswer(PROTOCOL_ERRORS[error.code ?? ''] ?? NO_HTTP));
  });
  return server;
}

/** The response in progress, into which nothing else may be written. */
function answering(
  socket: Socket & { readonly _httpMessage?: ServerResponse | null },
): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}

const NO_HTTP: TurnedAway = {
  kind: 'bad-request',
  detail: 'The request is not well-formed HTTP/1.1.',
};
const PROTOCOL_ERRORS: Readonly<Record<string, TurnedAway>> = {
  HPE_HEADER_OVERFLOW: {
    kind: 'headers-too-long',
    detail: 'The headers exceed the size limit.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    kind: 'request-timeout',
    detail: 'The headers did not arrive in time.',
  },
};

/** A whole answer, for there is no request yet that one could be made for. */
function problemAnswer({ kind, detail, headers = {} }: TurnedAway): string {
  const { status, title } = FAILURES[kind];
  const body = problemBody(status, failureProblem(kind, detail));
  return [
    `HTTP/1.1 ${status} ${reasonPhrase(`${title}: ${detail}`)}`,
    'content-type: application/problem+json',
    `content-length: ${body.length}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `date: ${new Date().toUTCString()}`,
    ...Object.entries({ ...headers, ...CLOSING }).map(([name, value]) => `${name}: ${value}`),
    '',
    body.toString(),
  ].join('\r\n');
}

/** Stops accepting connections, waits `grace` milliseconds for open responses, then aborts the rest. */
export async function closeGracefully(server: Server | TlsServer, grace: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), grace);
  // A connection that was busy above becomes idle later, and would keep the server open.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearTimeout(timer);
  clearInterval(sweep);
}
