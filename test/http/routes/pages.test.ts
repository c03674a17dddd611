import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createApp } from '../../../src/http/app.js';
import { ask } from '../../support/wheelgate.js';
import { SETTINGS, stubServices } from '../support/stub-services.js';

describe('a page for people', () => {
  const services = stubServices();
  const server = createServer(createApp(services, SETTINGS));
  let url = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it('lets nothing in that is not ours, is kept by nobody and framed by nobody', async () => {
    const { status, headers } = await ask(`${url}/help/findings`);
    assert.equal(status, 200);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['set-cookie'], undefined);
  });

  it('is a page with the same headers where there is none', async () => {
    const answer = await ask(`${url}/help/nothing`);
    assert.equal(answer.status, 404);
    assert.match(answer.body.toString(), /<h1>Not found<\/h1>/);
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
  });

  it('answers HEAD as GET, without a body', async () => {
    const [get, head] = [
      await ask(`${url}/help/findings`),
      await ask(`${url}/help/findings`, {}, 'HEAD'),
    ];
    assert.equal(head.headers['content-length'], String(get.body.length));
    assert.equal(head.body.length, 0);
  });

  it('says which parts of the server are not well', async () => {
    services.health.set('policy', 'degraded', 'an edit does not hold: a.yaml:1:1: <b>');
    const { body } = await ask(`${url}/help/findings`);
    assert.match(
      body.toString(),
      /<strong>policy<\/strong>: an edit does not hold: a\.yaml:1:1: &lt;b&gt;/,
    );
    services.health.set('policy', 'ok');
    assert.doesNotMatch((await ask(`${url}/help/findings`)).body.toString(), /an edit/);
  });

  it('refers to files that are there, and are kept for as long as they are the same', async () => {
    const page = (await ask(`${url}/help/findings`)).body.toString();
    const assets = [...page.matchAll(/"\.\.(\/ui\/[^"]+)"/g)].map(([, path]) => path!);
    assert.equal(assets.length, 3);
    for (const path of assets) {
      const { status, headers } = await ask(url + path);
      assert.equal(status, 200, path);
      assert.match(String(headers['cache-control']), /immutable/);
      assert.match(
        String((await ask(url + path.replace(/\?.*/, ''))).headers['cache-control']),
        /no-cache/,
      );
    }
    for (const path of ['/ui/', '/ui/nothing.js', '/ui/assets.js', '/ui/..%2fassets.js'])
      assert.equal((await ask(url + path)).status, 404, path);
  });
});
