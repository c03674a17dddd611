import type { Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { cutOffTooSlow } from './cut-off.js';

/** What of a connection waits for its client since when, in milliseconds of the monotonic clock. */
interface Waiting {
  readonly taken: number;
  readonly pending: number;
  readonly since: number;
}

/**
 * Cuts off clients that take less than `leastRate`. The server's own time-out sees only those that take nothing at all: one
 * byte within each would keep a connection for ever. What waits for a client is counted by whole writes, so each has the
 * time that its bytes need at that rate, and `window` beside it.
 * @param window in milliseconds
 * @param leastRate in bytes a second
 * @param responseOf the response that a connection is at, if any
 */
export function cutOffSlowReaders(
  server: Server | TlsServer,
  isTls: boolean,
  window: number,
  leastRate: number,
  responseOf: (socket: Socket) => ServerResponse | undefined,
): void {
  const sockets = new Map<Socket, Waiting | undefined>();
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.set(socket, undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, before] of sockets) {
      const pending = socket.writableLength;
      const taken = socket.bytesWritten - pending;
      if (pending === 0) sockets.set(socket, undefined);
      else if (before?.taken !== taken) sockets.set(socket, { taken, pending, since: now });
      else if (now - before.since > window + (before.pending * 1_000) / leastRate) {
        const res = responseOf(socket);
        if (res === undefined) socket.destroy();
        else cutOffTooSlow(res);
      }
    }
  }, window / 4);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}
