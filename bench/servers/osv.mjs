// The baseline of an OSV endpoint: it parses a batch of queries and has no records.
import { createServer } from 'node:http';

const [port] = process.argv.slice(2);
createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    res.setHeader('content-type', 'application/json');
    if (parts.length === 0) return res.end();
    const { queries } = JSON.parse(Buffer.concat(parts).toString());
    res.end(JSON.stringify({ results: queries.map(() => ({})) }));
  });
}).listen(Number(port), '127.0.0.1');
