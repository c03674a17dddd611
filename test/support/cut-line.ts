import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A loopback port that forwards to another until it is cut: then no bytes pass, and the connections stay open. */
export interface CutLine {
  readonly url: string;
  /** Number of bytes received from the target. */
  readonly passed: number;
  to(port: number): void;
  cut(): void;
  close(): Promise<void>;
}

export async function startLine(): Promise<CutLine> {
  let target = 0;
  let isCut = false;
  let passed = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    if (isCut) return;
    const there = connect(target, '127.0.0.1');
    sockets.add(there);
    there.on('error', () => client.destroy());
    client.on('data', (piece) => isCut || there.write(piece));
    there.on('data', (piece) => {
      if (isCut) return;
      passed += piece.length;
      client.write(piece);
    });
    client.on('close', () => there.destroy());
    there.on('close', () => isCut || client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get passed() {
      return passed;
    },
    to: (port) => {
      target = port;
    },
    cut: () => {
      isCut = true;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
