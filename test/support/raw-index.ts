import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** An answer as it goes over the wire, after which the connection ends. */
export interface RawAnswer {
  readonly head: readonly string[];
  readonly body: Buffer;
}

/** An index whose answers a test writes byte by byte. */
export interface RawIndex {
  /** Its origin, without a trailing slash. */
  readonly url: string;
  /** By path; others are not found. */
  readonly answers: Map<string, RawAnswer>;
  /** How often a path was asked for. */
  requests(path: string): number;
  close(): Promise<void>;
}

export async function startRawIndex(): Promise<RawIndex> {
  const answers = new Map<string, RawAnswer>();
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let asked = '';
    socket.on('data', (chunk) => {
      asked += chunk.toString('latin1');
      if (!asked.includes('\r\n\r\n')) return;
      const path = decodeURIComponent(asked.split(' ')[1]!);
      asked = '';
      counts.set(path, (counts.get(path) ?? 0) + 1);
      const { head, body } = answers.get(path) ?? NOT_FOUND;
      socket.write([...head, 'connection: close', '', ''].join('\r\n'));
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    requests: (path) => counts.get(path) ?? 0,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const NOT_FOUND: RawAnswer = {
  head: ['HTTP/1.1 404 Not Found', 'content-length: 0'],
  body: Buffer.alloc(0),
};

/** How a body's end is told. */
export type Framing = (bytes: Buffer) => {
  readonly headers: readonly string[];
  readonly body: Buffer;
};

export const FRAMINGS = {
  length: (body) => ({ headers: [`content-length: ${body.length}`], body }),
  chunks: (bytes) => ({ headers: ['Transfer-Encoding: Chunked'], body: inChunks(bytes) }),
  /** The connection ends behind it. */
  unmarked: (body) => ({ headers: [], body }),
} satisfies Record<string, Framing>;

/** One chunk, and the last one. */
export function inChunks(bytes: Buffer): Buffer {
  const size = `${bytes.length.toString(16)}\r\n`;
  return Buffer.concat([Buffer.from(size), bytes, Buffer.from('\r\n0\r\n\r\n')]);
}

export function rawAnswer(
  bytes: Buffer,
  framing: Framing,
  type = 'application/octet-stream',
  version = '1.1',
): RawAnswer {
  const { headers, body } = framing(bytes);
  return { head: [`HTTP/${version} 200 OK`, `content-type: ${type}`, ...headers], body };
}
