// The baseline of cold artifacts: a bare pass-through with undici, without checks and without a cache.
import { createServer } from 'node:http';
import { request } from 'undici';

const [port, upstream] = process.argv.slice(2);
createServer(async (req, res) => {
  if (req.url === '/ok') return res.end();
  const answer = await request(`${upstream}${req.url}`);
  res.writeHead(answer.statusCode, answer.headers);
  answer.body.pipe(res);
}).listen(Number(port), '127.0.0.1');
