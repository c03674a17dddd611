// An index of wheels that share their head (lib/wheel-family.mjs), at full speed; /sent returns the number of bytes
// sent so far.
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

const [port, root] = process.argv.slice(2);
const head = join(root, 'files', 'head');
let sent = 0;
createServer((req, res) => {
  if (req.url === '/ok') return res.end();
  if (req.url === '/sent') return res.end(String(sent));
  const path = join(root, normalize(decodeURIComponent(req.url)));
  if (req.url.endsWith('/')) {
    res.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
    return res.end(readFileSync(join(path, 'index.json')));
  }
  const tail = readFileSync(`${path}.tail`);
  res.writeHead(200, {
    'content-length': statSync(head).size + tail.length,
    'content-type': 'application/octet-stream',
  });
  const body = createReadStream(head, { highWaterMark: 2 ** 18 });
  body.on('data', (chunk) => {
    sent += chunk.length;
  });
  body.on('end', () => {
    sent += tail.length;
    res.end(tail);
  });
  res.on('close', () => body.destroy());
  body.pipe(res, { end: false });
}).listen(Number(port), '127.0.0.1');
