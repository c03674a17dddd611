import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { FAILURES, type FailureKind } from '../domain/failure.js';
import type { Certificate } from '../runtime/certificate.js';
import { failureProblem, problemBody, reasonPhrase } from './problem.js';

/** Bounds on what a client may make the server hold, beyond Node's own. */
export interface ServerLimits {
  /** All headers of a request together, in bytes. */
  readonly maxHeaderBytes: number;
  /** Milliseconds in which the headers of a request must have arrived. */
  readonly headersTimeout: number;
  /** Milliseconds that an idle connection is kept. Longer than a load balancer's own, commonly 60 s. */
  readonly keepAliveTimeout: number;
}

/** A server whose protocol errors are problem documents too; speaks HTTPS where it has a certificate. */
export function createHttpServer(
  listener: RequestListener,
  limits: ServerLimits,
  certificate: Certificate | undefined,
): Server | TlsServer {
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.headersTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
  };
  const server =
    certificate === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...certificate, minVersion: 'TLSv1.2' }, listener);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    socket.end(protocolError(error.code));
  });
  return server;
}

const PROTOCOL_ERRORS: Readonly<Record<string, readonly [kind: FailureKind, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-long', 'There are more bytes of headers than are taken.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'Its headers did not arrive in time.'],
};

/** A whole answer, for there is no request yet that one could be made for. */
function protocolError(code: string | undefined): string {
  const [kind, detail] = PROTOCOL_ERRORS[code ?? ''] ?? [
    'bad-request',
    'The request is not well-formed HTTP/1.1.',
  ];
  const { status, title } = FAILURES[kind];
  const body = problemBody(status, failureProblem(kind, detail));
  return [
    `HTTP/1.1 ${status} ${reasonPhrase(`${title}: ${detail}`)}`,
    'content-type: application/problem+json',
    `content-length: ${body.length}`,
    'connection: close',
    '',
    body.toString(),
  ].join('\r\n');
}

/**
 * Stops taking connections, lets responses under way finish for `grace` milliseconds, then cuts what is left.
 */
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
