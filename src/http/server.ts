import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';

/** Bounds on what a client may make the server hold, beyond Node's own. */
export interface ServerLimits {
  /** All headers of a request together, in bytes. */
  readonly maxHeaderBytes: number;
  /** Milliseconds in which the headers of a request must have arrived. */
  readonly headersTimeout: number;
  /** Milliseconds that an idle connection is kept. Longer than a load balancer's own, commonly 60 s. */
  readonly keepAliveTimeout: number;
}

/** A certificate with its chain, and its key, in PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
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

const PROTOCOL_ERRORS: Readonly<Record<string, readonly [status: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
};

function protocolError(code: string | undefined): string {
  const [status, detail] = PROTOCOL_ERRORS[code ?? ''] ?? [
    '400 Bad Request',
    'The request is not well-formed HTTP/1.1.',
  ];
  const body = `${JSON.stringify({ title: status.slice(4), detail, status: Number.parseInt(status, 10) })}\n`;
  return [
    `HTTP/1.1 ${status}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
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
