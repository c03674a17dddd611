// The baseline: Node's own server, one prepared body for every path.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, file] = process.argv.slice(2);
const body = readFileSync(file);
const headers = [
  'content-type',
  'application/octet-stream',
  'content-length',
  String(body.length),
  'etag',
  '"x"',
];
createServer((req, res) => {
  if (req.headers['if-none-match'] === '"x"') {
    res.writeHead(304, ['etag', '"x"']);
    return res.end();
  }
  res.writeHead(200, headers);
  res.end(body);
}).listen(Number(port), '127.0.0.1');
