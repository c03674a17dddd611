import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { createConnection } from 'node:net';

/** One request on a connection of its own, watched while its answer comes in. */
export interface RawClient {
  readonly request: ClientRequest;
  readonly response: IncomingMessage | undefined;
  /** Bytes of the body that are here. */
  readonly received: number;
  /** The body as far as it is here. */
  readonly body: Buffer;
  /** Set once nothing more will come: whether the answer came to its end, or was cut off. */
  readonly end: 'whole' | 'cut' | undefined;
  /** Resolves with that. */
  readonly ended: Promise<'whole' | 'cut'>;
}

export function connect(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): RawClient {
  const sent = request(url, { headers, method, agent: false });
  let response: IncomingMessage | undefined;
  const pieces: Buffer[] = [];
  let received = 0;
  let end: 'whole' | 'cut' | undefined;
  const ended = new Promise<'whole' | 'cut'>((resolve) => {
    const finish = (how: 'whole' | 'cut') => {
      end ??= how;
      resolve(end);
    };
    sent.on('error', () => finish('cut'));
    sent.on('response', (answer) => {
      response = answer;
      answer.on('data', (piece: Buffer) => {
        pieces.push(piece);
        received += piece.length;
      });
      answer.on('end', () => finish(answer.complete ? 'whole' : 'cut'));
      answer.on('error', () => finish('cut'));
    });
  });
  sent.end();
  return {
    request: sent,
    get response() {
      return response;
    },
    get received() {
      return received;
    },
    get body() {
      return Buffer.concat(pieces);
    },
    get end() {
      return end;
    },
    ended,
  };
}

/** Waits for what is bound to come, turn by turn of the event loop; the test's own deadline ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** What a client that wrote its request by itself has seen. */
export interface HalfClosedClient {
  readonly status: number | undefined;
  readonly received: number;
  readonly end: 'whole' | 'cut' | undefined;
  readonly ended: Promise<'whole' | 'cut'>;
}

/** A client that closes its side once it has asked, and reads on. */
export function connectHalfClosed(url: string): HalfClosedClient {
  const { hostname, port, pathname } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.end(`GET ${pathname} HTTP/1.1\r\nhost: x\r\n\r\n`);
  // As much as holds the head; of the rest, only how much it is.
  let begin = '';
  let bytes = 0;
  let end: 'whole' | 'cut' | undefined;
  const head = () => /^.*?\r\n\r\n/s.exec(begin)?.[0];
  const received = () => bytes - (head()?.length ?? bytes);
  socket.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (begin.length < 4_096) begin += piece.toString('latin1', 0, 4_096);
  });
  socket.on('error', () => {});
  const ended = new Promise<'whole' | 'cut'>((resolve) =>
    socket.once('close', () => {
      const length = /\r\ncontent-length: (\d+)/i.exec(head() ?? '')?.[1];
      end = length !== undefined && Number(length) === received() ? 'whole' : 'cut';
      resolve(end);
    }),
  );
  return {
    get status() {
      const [, status] = /^HTTP\/1\.1 (\d+)/.exec(head() ?? '') ?? [];
      return status === undefined ? undefined : Number(status);
    },
    get received() {
      return received();
    },
    get end() {
      return end;
    },
    ended,
  };
}
