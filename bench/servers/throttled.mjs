// An index's file server with a limited rate per connection, in bytes per second. A compressed page is sent as it is.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

const [port, root, speed] = process.argv.slice(2);
const SLICE_MS = 10;
createServer(async (req, res) => {
  if (req.url === '/ok') return res.end();
  const isPage = req.url.endsWith('/');
  const plain = join(root, normalize(decodeURIComponent(req.url)), isPage ? 'index.json' : '');
  const isPacked = isPage && existsSync(`${plain}.gz`);
  const path = isPacked ? `${plain}.gz` : plain;
  const { size } = statSync(path);
  res.writeHead(200, {
    'content-length': size,
    'content-type': isPage ? 'application/vnd.pypi.simple.v1+json' : 'application/octet-stream',
    ...(isPacked && { 'content-encoding': 'gzip' }),
  });
  const slice = Math.min(2 ** 18, Math.max(1, Math.floor((Number(speed) * SLICE_MS) / 1000)));
  const started = performance.now();
  let sent = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: slice })) {
    if (!res.write(chunk)) await drained(res);
    if (res.destroyed) return;
    sent += chunk.length;
    const due = started + (sent / Number(speed)) * 1000;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((done) => setTimeout(done, wait));
  }
  res.end();
}).listen(Number(port), '127.0.0.1');

function drained(res) {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.once('drain', done).once('close', done);
  });
}
