// Clients that read an artifact slowly.
import { connect } from 'node:net';
import { sleep } from './processes.mjs';

/** Each reader reads a chunk and pauses for 100 ms; after this many seconds all disconnect. */
export async function readSlowly(url, { readers, seconds }) {
  const { hostname, port, pathname } = new URL(url);
  const failures = [];
  const sockets = Array.from({ length: readers }, () => {
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
    socket.on('data', () => {
      socket.pause();
      setTimeout(() => socket.resume(), 100);
    });
    socket.once('close', () => failures.push('a slow reader was cut off, or had it all too soon'));
    socket.on('error', () => {});
    return socket;
  });
  await sleep(seconds * 1_000);
  const [failure] = failures;
  for (const socket of sockets) socket.destroy();
  if (failure !== undefined) throw new Error(failure);
}
