import type { Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { cutOffTooSlow } from './cut-off.js';

/** The pending data of a connection, with its age in milliseconds of the monotonic clock. */
interface Waiting {
  readonly taken: number;
  readonly pending: number;
  readonly since: number;
}

/**
 * Disconnects clients that read less than `leastRate`. The server's own timeout only detects clients that read nothing:
 * one byte per timeout would keep a connection open indefinitely. Pending data is counted by whole writes, so each has
 * the time that its bytes need at that rate, plus `window`.
 * @param window in milliseconds
 * @param leastRate in bytes a second
 * @param responseOf the response in progress on a connection, if any
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
