import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { READING } from '../../../src/http/route.js';
import { ROUTES } from '../../../src/http/routes/table.js';

it('docs/operations/routes.md lists every route with who may ask, and no other', () => {
  const page = readFileSync('docs/operations/routes.md', 'utf8');
  const section = page.split('## Routes\n')[1]!.split('\n## ')[0]!;
  const documented = section
    .split('\n')
    .filter((line) => line.startsWith('| `/'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  assert.deepEqual(
    documented.map((cells) => cells.slice(1, 4)),
    ROUTES.map(({ path, mayAsk, what }) => [
      `\`${path}\``,
      mayAsk === 'anybody' ? 'public' : mayAsk,
      what,
    ]),
  );
  assert.match(section, /All routes answer GET and HEAD/);
  assert.match(section, /`\/v1\/query` and `\/v1\/querybatch` .*answer POST/);
  assert.deepEqual(
    ROUTES.filter(({ methods }) => methods !== READING).map(({ path }) => path),
    ['/v1/query', '/v1/querybatch'],
  );
  // What reads has no use for a body.
  assert.ok(ROUTES.every(({ methods, maxBody }) => methods !== READING || maxBody === undefined));
});
