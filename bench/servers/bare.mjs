// The baseline: Node's own server with one prepared body for every path; in several processes on request.
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, file, workers = '1'] = process.argv.slice(2);
const body = readFileSync(file);
const headers = [
  'content-type',
  'application/octet-stream',
  'content-length',
  String(body.length),
  'etag',
  '"x"',
];
if (cluster.isPrimary && Number(workers) > 1) {
  for (let count = 0; count < Number(workers); count += 1) cluster.fork();
  // Ends the workers with this process.
  process.once('SIGTERM', () => process.exit(0));
} else
  createServer((req, res) => {
    if (req.headers['if-none-match'] === '"x"') {
      res.writeHead(304, ['etag', '"x"']);
      return res.end();
    }
    res.writeHead(200, headers);
    res.end(body);
  }).listen(Number(port), '127.0.0.1');
