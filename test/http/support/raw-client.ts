import { type ClientRequest, type IncomingMessage, request } from 'node:http';

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
