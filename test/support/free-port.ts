import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A loopback port that is free at present, as text. */
export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return String(port);
}
