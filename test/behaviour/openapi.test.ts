import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { OPERATIONS } from '../../src/http/openapi/operations.js';
import { type Demo, startDemo } from '../support/demo/start-demo.js';
import { type Answer, ask } from '../support/wheelgate.js';

const HOOKED = 'tidewater-2.4.1-py3-none-any.whl';

/** JSON makes `{}` of both, in silence. */
const NO_JSON = [Map.prototype, Set.prototype] as { toJSON?: () => never }[];

describe('what /api/v1 answers', () => {
  let demo: Demo;
  let document: any;
  let ajv: Ajv2020;
  before(async () => {
    const at = Date.UTC(2026, 10, 26, 12);
    demo = await startDemo({
      at,
      listen: '127.0.0.1:0',
      publicUrl: 'https://wg.example',
      days: 10,
    });
    document = (await ask(`${demo.url}/api/v1/openapi.json`)).json();
    ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema(document, 'document');
    // The server runs in this process: an answer that holds one fails.
    for (const type of NO_JSON)
      type.toJSON = () => {
        throw new Error('an answer holds a Map or a Set');
      };
  });
  after(() => {
    for (const type of NO_JSON) delete type.toJSON;
    return demo?.close();
  });

  /** Holds a value against what is described for a path, a status and a content type. */
  function holds(path: string, status: number, type: string, value: unknown): void {
    const at = ['paths', path, 'get', 'responses', String(status), 'content', type, 'schema'];
    const pointer = at.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const validate = ajv.getSchema(`document#/${encodeURI(pointer)}`);
    assert.ok(validate, `${path} is not described to answer ${status} with ${type}`);
    const said = () => JSON.stringify(validate.errors?.slice(0, 5), null, 2);
    assert.ok(validate(value), `${path}: ${said()}`);
  }

  function answerHolds(path: string, { status, headers, body }: Answer): void {
    const type = String(headers['content-type']);
    holds(
      path,
      status,
      type,
      type.includes('json') ? JSON.parse(body.toString()) : body.toString(),
    );
  }

  /** Requests for each path, and how they are answered. */
  const REQUESTS: Readonly<Record<string, readonly (readonly [target: string, status: number])[]>> =
    {
      '/api/v1/openapi.json': [['openapi.json', 200]],
      '/api/v1/explain': [
        ['explain?project=quickmint', 200],
        ['explain?project=tidewater&versions=%3D%3D2.4.1&facts=1', 200],
        ['explain?project=brasswork&facts=1', 200],
        ['explain', 400],
        ['explain?project=nobody-has-it', 404],
      ],
      '/api/v1/exposure': [
        ['exposure?project=tidewater', 200],
        ['exposure?project=tidewater&refused=1', 200],
        ['exposure?project=tidewater&format=csv', 200],
        ['exposure', 400],
      ],
      '/api/v1/overview': [
        ['overview', 200],
        ['overview?range=30d', 200],
        ['overview?range=all', 400],
      ],
      '/api/v1/refusals': [
        ['refusals', 200],
        ['refusals?verdict=dry-run&sort=most', 200],
        ['refusals?until=2026-11-20T00:00Z', 200],
        ['refusals?format=csv', 200],
        ['refusals?verdict=odd', 400],
        ['refusals?before=odd', 400],
        ['refusals?since=2020-01-01&before=odd', 400],
      ],
      '/api/v1/refusals/{id}': [
        ['refusals/20260101T000000000Z-000000', 404],
        ['refusals/{refused}', 200],
        ['refusals/{refused}?before=odd', 400],
        ['refusals/{newest}', 200],
      ],
      '/api/v1/projects/{project}': [
        ['projects/quickmint', 200],
        ['projects/lumen-http?show=refused', 200],
        ['projects/nobody-has-it', 404],
        ['projects/quickmint?page=none', 400],
      ],
      '/api/v1/projects/{project}/files/{filename}': [
        [`projects/tidewater/files/${HOOKED}`, 200],
        ['projects/quickmint/files/quickmint-0.9.3-py3-none-any.whl', 200],
        ['projects/gravelpit/files/gravelpit-4.7.tar.gz', 200],
        ['projects/tidewater/files/tidewater-9-py3-none-any.whl', 404],
      ],
      '/api/v1/policy': [['policy', 200]],
      '/api/v1/policy/files/{layer}/{name}': [
        ['policy/files/own/10-team.yaml', 200],
        ['policy/files/shipped/00-default.yaml?from=3', 200],
        ['policy/files/own/10-team.yaml?from=odd', 400],
        ['policy/files/own/none.yaml', 404],
      ],
      '/api/v1/health': [['health', 200]],
    };

  for (const [path, requests] of Object.entries(REQUESTS))
    it(`is as described: ${path}`, async () => {
      const records = (await ask(`${demo.url}/api/v1/overview?range=30d`)).json();
      const names: Readonly<Record<string, string>> = {
        '{refused}': records.groups.find((group: any) => group.filename === HOOKED).id,
        '{newest}': records.newest[0].id,
      };
      for (const [target, status] of requests) {
        const named = target.replace(/\{\w+\}/, (name) => names[name]!);
        const answer = await ask(`${demo.url}/api/v1/${named}`);
        assert.equal(answer.status, status, named);
        answerHolds(path, answer);
      }
    });

  it('is as described in each event of /api/v1/live, and where too many follow', async () => {
    const path = '/api/v1/live';
    const responses: { destroy(): void }[] = [];
    const listen = () =>
      new Promise<string>((resolve) => {
        get(`${demo.url}${path}`, (res) => {
          res.on('error', () => {});
          responses.push(res);
          assert.equal(res.headers['content-type'], 'text/event-stream');
          let text = '';
          res.on('data', (chunk: Buffer) => {
            text += chunk.toString();
            if (text.split('\n\n').length > 100) resolve(text);
          });
        });
      });
    try {
      const text = await listen();
      const events = [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data!));
      assert.ok(events.length >= 99);
      for (const event of events) holds(path, 200, 'text/event-stream', event);
      for (let count = 1; count < 10; count += 1) await listen();
      const eleventh = await ask(`${demo.url}${path}`);
      assert.equal(eleventh.status, 429);
      answerHolds(path, eleventh);
    } finally {
      for (const res of responses) res.destroy();
    }
  });

  it('would be noticed where it had a member more, or one less', async () => {
    const answer = (await ask(`${demo.url}/api/v1/health`)).json();
    const { version, ...less } = answer;
    for (const other of [{ ...answer, odd: 1 }, less, { ...answer, version: [version] }])
      assert.throws(() => holds('/api/v1/health', 200, 'application/json', other), /health: /);
  });

  it('holds no Map or Set, as the JSON of the other routes', async () => {
    assert.throws(() => JSON.stringify({ of: new Map() }), /a Map or a Set/);
    const json = { accept: 'application/vnd.pypi.simple.v1+json' };
    for (const path of ['/healthz', '/readyz', '/simple/tidewater/', '/simple/'])
      assert.equal((await ask(`${demo.url}${path}`, json)).status, 200, path);
    const question = { package: { ecosystem: 'PyPI', name: 'tidewater' }, version: '2.4.1' };
    const told = await fetch(`${demo.url}/v1/query`, {
      method: 'POST',
      body: JSON.stringify(question),
    });
    assert.equal(told.status, 200);
    const { vulns } = (await told.json()) as { vulns: readonly { id: string }[] };
    const advisory = await ask(`${demo.url}/v1/vulns/${vulns[0]!.id}`);
    assert.equal(advisory.status, 200);
  });

  it('is asked for above, path by path', () => {
    const asked = [...Object.keys(REQUESTS), '/api/v1/live'].sort();
    assert.deepEqual(asked, OPERATIONS.map(({ path }) => path).sort());
    assert.deepEqual(Object.keys(document.paths).sort(), asked);
  });
});
