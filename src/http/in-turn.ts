import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that wait behind the one that is being answered on their connection. No client of an index sends any. */
const MOST_IN_LINE = 100;

/**
 * Starts each request after the previous ones on its connection are answered (pipelining; RFC 9112, 9.3.2), and none
 * after the connection ends. Node emits all that have arrived at once: started together, each would hold a file and
 * memory, and one connection could exhaust them. A connection with too many waiting requests is closed.
 */
export function inTurn(
  begin: (req: IncomingMessage, res: ServerResponse) => void,
): RequestListener {
  const inLine = new WeakMap<Socket, number>();
  return (req, res) => {
    if (res.socket !== null) return begin(req, res);
    const { socket } = req;
    const waiting = (inLine.get(socket) ?? 0) + 1;
    inLine.set(socket, waiting);
    if (waiting > MOST_IN_LINE) return void socket.destroy();
    res.once('socket', () => {
      inLine.set(socket, inLine.get(socket)! - 1);
      begin(req, res);
    });
  };
}
