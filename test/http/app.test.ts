import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import supertest from 'supertest';
import { FAILURES, Failure } from '../../src/domain/failure.js';
import { createApp } from '../../src/http/app.js';
import { ROUTES } from '../../src/http/routes/table.js';
import { ask } from '../support/wheelgate.js';
import { PAGE, SETTINGS, stubServices } from './support/stub-services.js';

/** Open paths; of those that stand for all below them, one below. */
const OPEN = ROUTES.filter(({ mayAsk }) => mayAsk === 'anybody').map(({ path }) => ({
  path: path.replace('/*', '/app.js'),
  isExact: !path.endsWith('/*'),
}));
const ROLES = { ci: 'client', boss: 'admin' } as const;

/** Whoever says `Bearer ci` or `Bearer boss`. */
function authenticate(authorization: string | undefined) {
  const user = authorization?.replace('Bearer ', '');
  return user === 'ci' || user === 'boss' ? { user, role: ROLES[user] } : undefined;
}

describe('the routes', () => {
  const services = stubServices();
  const app = supertest(createApp(services, SETTINGS));

  it('answer a path that nothing is served at with a 404 that says so', async () => {
    for (const path of [
      '/index.html',
      '/nothing',
      '/metrics/x',
      '/SIMPLE/',
      '/simple%2f',
      '/api/v1',
    ]) {
      const answer = await app.get(path);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(JSON.parse(answer.text).detail, 'No such route.');
    }
  });

  it('answer another method with a 405 that names those there are, also where nothing is served', async () => {
    for (const path of ['/simple/demo/', '/api/v1/exposure', '/nothing']) {
      const answer = await app.post(path);
      assert.equal(answer.status, 405, path);
      assert.equal(answer.headers.allow, 'GET, HEAD');
      assert.equal(JSON.parse(answer.text).type, 'urn:wheelgate:failure:method-not-allowed');
    }
  });

  it('answer HEAD with the headers of GET and no body', async () => {
    const head = await app.head('/healthz');
    assert.equal(head.status, 200);
    assert.equal(head.text, undefined);
    const failed = await app.head('/nothing');
    assert.equal(failed.status, 404);
    assert.equal(failed.text, undefined);
    assert.match(failed.headers['content-length']!, /^[1-9]/);
  });

  it('turn a URL away that is longer than the settings allow', async () => {
    const most = `/simple/demo/?${'a'.repeat(SETTINGS.maxUrlLength - 14)}`;
    assert.equal((await app.get(most)).status, 200);
    assert.equal((await app.get(`${most}a`)).status, 414);
  });

  it('give a page in the form that is asked for, and 406 where that is neither', async () => {
    const json = 'application/vnd.pypi.simple.v1+json';
    assert.equal(
      (await app.get('/simple/demo/').set('accept', json)).headers['content-type'],
      json,
    );
    assert.match((await app.get('/simple/demo/')).headers['content-type']!, /^text\/html/);
    assert.equal((await app.get('/simple/demo/').set('accept', 'image/png')).status, 406);
  });

  it('count every request once, under its row and its status', async () => {
    const counted = stubServices({ pages: { ...services.pages, ready: () => PAGE }, authenticate });
    const own = supertest(createApp(counted, SETTINGS));
    const token = { authorization: 'Bearer ci' };
    await own.get('/simple/demo/').set(token);
    await own.get('/simple/demo/').set(token).set('if-none-match', PAGE.etag);
    await own.head('/simple/demo/').set(token);
    await own.get('/simple/demo/');
    await own.get('/api/v1/exposure').set(token);
    await own.post('/files/demo/x').set(token);
    await own.get('/nothing').set(token);
    const lines = (await counted.metrics.text()).split('\n');
    const requests = lines.filter((line) => line.startsWith('wheelgate_requests_total{'));
    assert.deepEqual(requests.toSorted(), [
      'wheelgate_requests_total{route="api",status="403"} 1',
      'wheelgate_requests_total{route="files",status="405"} 1',
      'wheelgate_requests_total{route="other",status="404"} 1',
      'wheelgate_requests_total{route="simple",status="200"} 2',
      'wheelgate_requests_total{route="simple",status="304"} 1',
      'wheelgate_requests_total{route="simple",status="401"} 1',
    ]);
    assert.ok(lines.includes('wheelgate_request_duration_seconds_count{route="simple"} 4'));
  });

  it('say in plain ASCII why they turn somebody away, for that is all of a phrase that pip prints', async () => {
    const paths = ['/simple/demo/', '/api/v1/exposure', '/nothing'];
    const app = supertest(createApp(stubServices({ authenticate }), SETTINGS));
    for (const token of [undefined, 'Bearer wrong', 'Bearer ci'])
      for (const path of paths) {
        const asked = app.get(path).set(token === undefined ? {} : { authorization: token });
        const { status, body } = await asked;
        if (status === 200) continue;
        const { detail } = body as { detail: string };
        assert.match(detail, /^[\x20-\x7e]+$/);
      }
  });

  it('have their series of durations before the first request', async () => {
    const lines = (await stubServices().metrics.text()).split('\n');
    assert.ok(!lines.some((line) => line.startsWith('wheelgate_request_duration_seconds_count')));
    const fresh = stubServices();
    createApp(fresh, SETTINGS);
    const text = await fresh.metrics.text();
    for (const label of [...ROUTES.map((route) => route.label), 'other'])
      assert.ok(text.includes(`wheelgate_request_duration_seconds_count{route="${label}"} 0\n`));
  });
});

describe('authentication in front of the routes', () => {
  const services = stubServices({ authenticate });
  const server = createServer(createApp(services, SETTINGS));
  let url: string;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const get = (path: string, user?: string, method = 'GET') =>
    ask(url + path, user === undefined ? {} : { authorization: `Bearer ${user}` }, method);

  it('lets anybody ask what the table opens, and nobody anything else', async () => {
    for (const { path, mayAsk } of ROUTES) {
      const { status, headers } = await get(path.replace('/*', '/x'));
      assert.equal(status === 401, mayAsk !== 'anybody', path);
      if (mayAsk !== 'anybody') assert.match(String(headers['www-authenticate']), /^Basic/);
    }
  });

  it('lets only an admin ask what the table keeps for admins', async () => {
    for (const { path, mayAsk } of ROUTES) {
      const target = path.replace('/*', '/x');
      assert.equal((await get(target, 'ci')).status === 403, mayAsk === 'admin', path);
      // By HEAD, for what is live has no end.
      assert.ok(![401, 403].includes((await get(target, 'boss', 'HEAD')).status), path);
    }
  });

  it('asks for a token on every other spelling of an open path, and serves nothing there', async () => {
    for (const { path, isExact } of OPEN)
      for (const other of [
        path.toUpperCase(),
        `/${path}`,
        ...(isExact
          ? [
              `${path}x`,
              `${path}//`,
              `${path}/x`,
              `${path}/../simple/demo/`,
              `${path}%2f..%2fsimple/demo/`,
              `${path}%3f`,
              `${path};x=1`,
            ]
          : []),
        `/.${path}`,
        `/x/..${path}`,
        path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
      ]) {
        assert.equal((await get(other)).status, 401, other);
        assert.equal((await get(other, 'ci')).status, 404, other);
      }
  });

  it('lowers what an admin route demands for no spelling of its path', async () => {
    const path = '/api/v1/exposure';
    for (const other of [`${path}?x`, `${path}/`, `${path}/?x`])
      assert.equal((await get(other, 'ci')).status, 403, other);
    for (const other of [
      `/${path}`,
      '/API/v1/exposure',
      '/api/v1/%65xposure',
      `${path}/x`,
      `${path}%3f`,
    ])
      assert.equal((await get(other, 'ci')).status, 404, other);
  });

  it('takes a target with a host in front for no path at all', async () => {
    for (const path of [...OPEN.map((open) => open.path), '/simple/demo/', '/api/v1/exposure']) {
      const target = `http://gate.example.com${path}`;
      assert.equal((await askWhole(url, target)).status, 401, target);
      assert.equal((await askWhole(url, target, 'boss')).status, 404, target);
    }
    assert.equal((await get('/metrics')).status, 200);
  });

  it('comes before a page that is ready', async () => {
    const ready = stubServices({ pages: { ...services.pages, ready: () => PAGE }, authenticate });
    const app = supertest(createApp(ready, SETTINGS));
    assert.equal((await app.get('/simple/demo/')).status, 401);
    assert.equal((await app.get('/simple/demo/').set('authorization', 'Bearer ci')).status, 200);
  });
});

describe('problem documents', () => {
  it('have type, title and status of their kind, and the sentence that was thrown', async () => {
    for (const [kind, { status, title }] of Object.entries(FAILURES)) {
      const failing = async () => {
        throw new Failure(kind as keyof typeof FAILURES, 'So it is.');
      };
      const services = stubServices({ projectList: { open: failing } });
      const answer = await supertest(createApp(services, SETTINGS)).get('/simple/');
      assert.equal(answer.status, status);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.deepEqual(JSON.parse(answer.text), {
        type: `urn:wheelgate:failure:${kind}`,
        title,
        detail: 'So it is.',
        status,
        instance: `urn:wheelgate:request:${answer.headers['x-request-id']}`,
      });
    }
  });

  it('are told to the log in one sentence, with what caused them, and a stack only where the fault is ours', async () => {
    const cause = new AggregateError([], '', { cause: new Error('odd') });
    Object.assign(cause, { code: 'ECONNREFUSED' });
    for (const kind of ['upstream-unreachable', 'overloaded', 'unable'] as const)
      for (const options of [{}, { cause }]) {
        const failing = async () => {
          throw new Failure(kind, 'So it is.', options);
        };
        const services = stubServices({ projectList: { open: failing } });
        assert.equal((await supertest(createApp(services, SETTINGS)).get('/simple/')).status, 503);
        const [line] = services.logged as { msg: string; err?: Error; cause?: string }[];
        assert.equal(line?.msg, 'So it is.');
        const isOurs = kind === 'unable';
        assert.equal(line.err !== undefined, isOurs && options.cause !== undefined);
        const told = isOurs || options.cause === undefined ? undefined : 'ECONNREFUSED: odd';
        assert.equal(line.cause, told);
      }
  });

  it('say nothing of an error that nobody expected, which the log tells with the same request id', async () => {
    const failing = async () => {
      throw new Error('a secret at /home/x');
    };
    const services = stubServices({ projectList: { open: failing } });
    const answer = await supertest(createApp(services, SETTINGS)).get('/simple/');
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /secret/);
    const [line] = services.logged as { request: string; err: Error }[];
    assert.equal(line?.request, answer.headers['x-request-id']);
    assert.equal(line?.err.message, 'a secret at /home/x');
  });
});

describe('request ids', () => {
  const idOf = async (given: string | undefined, trustedProxies: readonly string[]) => {
    const settings = { ...SETTINGS, trustedProxies };
    const app = supertest(createApp(stubServices({}, settings), settings));
    const request = app.get('/healthz');
    if (given !== undefined) request.set('x-request-id', given);
    return String((await request).headers['x-request-id']);
  };

  it('are ours, short and another each time, where nobody is trusted', async () => {
    const ids = [await idOf(undefined, []), await idOf('abc', []), await idOf('abc', ['10.0.0.1'])];
    for (const id of ids) assert.match(id, /^[0-9a-f]{20}$/);
    assert.equal(new Set(ids).size, 3);
  });

  it('are taken over from a trusted proxy where they are plain, and no longer than 64', async () => {
    const trusted = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];
    for (const plain of ['a', '6f9619ff-8b86-d011-b42d-00c04fc964ff', 'A.b_c-9', 'x'.repeat(64)])
      assert.equal(await idOf(plain, trusted), plain);
    for (const odd of ['', '-a', 'a b', 'a"b', 'a:b', 'a,b', 'ä', 'x'.repeat(65), '<script>'])
      assert.match(await idOf(odd, trusted), /^[0-9a-f]{20}$/, odd);
  });
});

/** With a target that the URL's own path does not say. */
function askWhole(url: string, target: string, user?: string) {
  return ask(url, user === undefined ? {} : { authorization: `Bearer ${user}` }, 'GET', target);
}
