import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OPERATIONS } from '../../src/http/openapi/operations.js';
import { PAGES, startDemoGate } from '../support/dashboard-pages.js';
import { until } from '../support/until.js';
import type { Answer, TestGate } from '../support/wheelgate.js';

interface Values {
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
  /** What the message says of it. */
  readonly takes: RegExp;
}

const ID = '20261031T100000000Z-0a1b2c';
const INSTANT: Values = {
  valid: ['2026-10-01', '2026-10-01T00:00Z', '2026-10-01T02:00:00.5+02:00'],
  invalid: ['odd', 'Nov 3', '1', '2026-02-30', '2026-10-01T00:00', '2026-13-01T00:00Z'],
  takes: /a date such as 2026-12-01, or a time such as 2026-12-01T18:00Z/,
};
const FLAG: Values = { valid: ['1', '0'], invalid: ['yes', 'true', '2'], takes: /1 or 0/ };
const ANY: Values = { valid: ['odd', ' - ', 'ü'], invalid: [' '], takes: /a text/ };
const CURSOR = /the "next" of an earlier response/;

/** Each parameter by its name; one of a single path by both. */
const VALUES: Readonly<Record<string, Values>> = {
  project: {
    valid: ['hooked', 'HOOKED'],
    invalid: ['-', '!', 'a/b', ' '],
    takes: /a project name/,
  },
  versions: { valid: ['==1.1', '>=1,<2'], invalid: ['zz', '=1'], takes: /a version specifier/ },
  sha256: { valid: ['a'.repeat(64), 'A'.repeat(64)], invalid: ['12', 'zz'], takes: /64 hexa/ },
  since: INSTANT,
  until: { ...INSTANT, valid: ['2026-11-20', '2026-11-20T00:00Z'] },
  refused: FLAG,
  facts: FLAG,
  format: { valid: ['json', 'csv'], invalid: ['xml', 'CSV'], takes: /one of json, csv/ },
  range: { valid: ['24h', '7d', '30d'], invalid: ['1y'], takes: /one of 24h, 7d, 30d/ },
  rule: {
    valid: ['deny', 'late-file'],
    invalid: ['odd', 'Deny', 'constructor'],
    takes: /one of integrity, deny, malware-feed, /,
  },
  user: ANY,
  q: ANY,
  verdict: { valid: ['block', 'warn', 'dry-run'], invalid: ['allow'], takes: /one of block, / },
  sort: { valid: ['newest', 'most', 'users'], invalid: ['odd'], takes: /one of newest, / },
  '/api/v1/refusals before': { valid: [ID], invalid: ['odd', '1.2', ID.slice(1)], takes: CURSOR },
  '/api/v1/refusals/{id} before': { valid: [ID], invalid: ['odd', `1.${ID}`], takes: CURSOR },
  '/api/v1/projects/{project}/files/{filename} before': INSTANT,
  after: { valid: [ID], invalid: ['odd', '5'], takes: /the "id" of a decision/ },
  show: { valid: ['all', 'changed'], invalid: ['odd'], takes: /one of all, refused, / },
  page: { valid: ['1'], invalid: ['0', '-1', '1.5', 'odd', '2'], takes: /from 1|at most 1/ },
  from: { valid: ['1'], invalid: ['0', 'odd', '99999'], takes: /from 1|at most 1/ },
};

/** What else each path needs. */
const NEEDS: Readonly<Record<string, string>> = {
  '/api/v1/explain': 'project=hooked',
  '/api/v1/exposure': 'project=hooked',
};

const QUERIES = OPERATIONS.flatMap(({ path, parameters }) =>
  parameters
    .filter((one) => one.in === 'query')
    .map(({ name, schema }) => ({ path, name, schema })),
);

describe('a query parameter', () => {
  let gate: TestGate;
  const places = new Map<string, string>();
  before(async () => {
    gate = await startDemoGate();
    await gate.writePolicy('none.yaml', 'deny: []\n');
    const [[, why]] = PAGES;
    const decision = PAGES.find(([name]) => name === 'a decision')![1];
    places.set('/api/v1/projects/{project}/files/{filename}', why);
    places.set('/api/v1/projects/{project}', '/projects/hooked');
    places.set('/api/v1/refusals/{id}', decision);
    places.set('/api/v1/policy/files/{layer}/{name}', '/policy/files/own/none.yaml');
    places.set('/api/v1/overview', '/');
  });
  after(() => gate?.close());

  const valuesOf = (path: string, name: string) => VALUES[`${path} ${name}`] ?? VALUES[name];

  /** Where its answer is for programs, and where for people. */
  function twins(path: string, name: string): { api: string; page: string | undefined } {
    const page = places.get(path) ?? path.replace('/api/v1', '');
    const api = page === '/' ? '/api/v1/overview' : `/api/v1${page}`;
    return { api, page: path.endsWith('/explain') || name === 'format' ? undefined : page };
  }

  function withQuery(place: string, path: string, name: string, value: string): string {
    const query = new URLSearchParams(NEEDS[path]);
    query.set(name, value);
    return `${place}?${query}`;
  }

  /** Its status alone: a stream does not end. */
  const statusOf = async (target: string, path: string) =>
    (await gate.get(target, {}, path.endsWith('/live') ? 'HEAD' : 'GET')).status;

  it('of every operation that is described has values here', () => {
    const missing = QUERIES.filter(({ path, name }) => valuesOf(path, name) === undefined);
    assert.deepEqual(missing, []);
    const enums = QUERIES.filter(({ schema }) => schema !== undefined && 'enum' in schema);
    for (const { path, name, schema } of enums) {
      const { enum: all } = schema as { readonly enum: readonly string[] };
      const { valid } = valuesOf(path, name)!;
      assert.ok(
        valid.every((value) => all.includes(value)),
        `${path} ${name}`,
      );
    }
  });

  for (const { path, name } of QUERIES)
    it(`is refused where it is invalid, with its name and what it takes: ${path} ${name}`, async () => {
      const { valid, invalid, takes } = valuesOf(path, name)!;
      const { api, page } = twins(path, name);
      for (const value of invalid) {
        const target = withQuery(api, path, name, value);
        const answer = await gate.get(target);
        assert.equal(answer.status, 400, target);
        assert.equal(answer.headers['content-type'], 'application/problem+json', target);
        const { type, detail } = answer.json();
        assert.equal(type, 'urn:wheelgate:failure:bad-request');
        assert.ok(detail.includes(`The parameter "${name}" must be `), `${target}: ${detail}`);
        assert.match(detail, takes);
        if (page === undefined) continue;
        const shown = await gate.get(withQuery(page, path, name, value));
        assert.equal(shown.status, 400, withQuery(page, path, name, value));
        assert.match(String(shown.headers['content-type']), /^text\/html/);
        assert.ok(
          shown.body.toString().includes(`The parameter &quot;${name}&quot; must be `),
          withQuery(page, path, name, value),
        );
      }
      for (const value of [...valid, '']) {
        const isMissing = value === '' && NEEDS[path]?.startsWith(name);
        const expected = isMissing ? 400 : 200;
        const target = withQuery(api, path, name, value);
        assert.equal(await statusOf(target, path), expected, target);
        if (page === undefined || (isMissing && path.endsWith('/exposure'))) continue;
        const shown = withQuery(page, path, name, value);
        assert.equal((await gate.get(shown)).status, expected, shown);
      }
    });

  /** What an answer says, as text. */
  const said = ({ body }: Answer) => body.toString().replaceAll(/&quot;|\\"/g, '"');

  it('is given once', async () => {
    for (const place of ['/refusals', '/api/v1/refusals']) {
      const answer = await gate.get(`${place}?rule=deny&rule=archive`);
      assert.equal(answer.status, 400);
      assert.match(said(answer), /The parameter "rule" must be given once\./);
    }
  });

  it('ends a period no earlier than it begins', async () => {
    for (const [place, query] of [
      ['/refusals', ''],
      ['/exposure', 'project=hooked&'],
    ] as const)
      for (const below of ['', '/api/v1']) {
        const period = (since: string, until: string) =>
          gate.get(`${below}${place}?${query}since=${since}&until=${until}`);
        const answer = await period('2026-11-02', '2026-11-01');
        assert.equal(answer.status, 400);
        assert.match(said(answer), /The parameter "until" must be no earlier than "since"\./);
        assert.equal((await period('2026-11-01', '2026-11-02')).status, 200);
        assert.equal((await period('2026-11-01', '2026-11-01')).status, 200);
      }
  });

  it('may be a rule of another version, if it is in the log', async () => {
    const bygone = () => gate.get('/api/v1/refusals?rule=bygone');
    assert.equal((await bygone()).status, 400);
    const log = join(gate.folder, 'data', 'decisions.jsonl');
    const [first = ''] = (await readFile(log, 'utf8')).split('\n');
    const record = { ...JSON.parse(first), rule: 'bygone' };
    await gate.restart(() => appendFile(log, `${JSON.stringify(record)}\n`));
    // Until the log is counted, nothing says that there is no such rule.
    await until(async () => {
      const answer = await bygone();
      assert.equal(answer.status, 200);
      return answer.json().items.length > 0;
    });
    assert.equal((await gate.get('/api/v1/refusals?rule=odd')).status, 400);
  });
});
