import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { unknownKey } from '../../src/messages/settings.js';
import { sign } from '../../src/notify/signature.js';
import { buildWheel } from '../support/distributions.js';
import { saying } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Whoever is told; answers as it is bidden. */
class Receiver {
  readonly #server: Server;
  received: Received[] = [];
  status = 204;
  /** Whether it answers at all. */
  hangs = false;

  constructor() {
    this.#server = createServer((req, res) => {
      const parts: Buffer[] = [];
      req.on('data', (part: Buffer) => parts.push(part));
      req.on('end', () => {
        const body = Buffer.concat(parts).toString();
        this.received.push({ path: req.url ?? '', headers: req.headers, body });
        if (!this.hangs) res.writeHead(this.status).end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The message that has come at a path as the n-th. */
  async message(path: string, index = 0): Promise<any> {
    for (;;) {
      const messages = this.received.filter((message) => message.path === path);
      if (messages[index] !== undefined) return JSON.parse(messages[index].body);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('webhooks', () => {
  let receiver: Receiver;
  let gate: TestGate;
  let url: string;

  before(async () => {
    receiver = new Receiver();
    url = await receiver.listen();
  });
  after(() => receiver.close());

  beforeEach(async () => {
    Object.assign(receiver, { received: [], status: 204, hangs: false });
    gate = await startGate({
      config: {
        'public-url': 'https://wg.example/pypi/',
        webhooks: [
          { name: 'all', url: `${url}/all?key=1`, secret: SECRET },
          { name: 'chat', url: `${url}/chat`, format: 'slack', events: ['refusal'] },
          { name: 'editors', url: `${url}/editors`, events: ['policy', 'waiver'] },
        ],
      },
    });
  });
  afterEach(() => gate.close());

  async function refuse(name = 'demo'): Promise<void> {
    const wheel = buildWheel({ name, files: { [`${name}.pth`]: 'import os\n' } });
    gate.upstream.addProject(name, [wheel]);
    const answer = await gate.get(`/files/${name}/${wheel.filename}`);
    assert.equal(answer.status, 403);
  }

  it('are told of the first refusal of a release at once, signed, and not of the next one', async () => {
    await refuse();
    await refuse();
    await refuse('other');
    const message = await receiver.message('/all?key=1');
    assert.equal(message.type, 'refusal');
    const { project, rule, count, isFirst, reason, text } = message.data;
    assert.deepEqual([project, rule, count, isFirst], ['demo', 'startup-hook', 1, true]);
    assert.ok(text.includes(reason));
    assert.match(message.data.link, /^https:\/\/wg\.example\/pypi\/w\/[0-9a-f]{10}$/);
    const refused = await gate.get('/files/demo/demo-1.0-py3-none-any.whl');
    assert.equal(refused.json().more, message.data.link);
    const next = await receiver.message('/all?key=1', 1);
    assert.equal(next.data.project, 'other');
    const { headers, body } = receiver.received.find(({ path }) => path.startsWith('/all'))!;
    const id = String(headers['webhook-id']);
    const timestamp = Number(headers['webhook-timestamp']);
    assert.equal(timestamp, Math.floor(gate.now / 1_000));
    assert.equal(headers['webhook-signature'], sign({ id, timestamp, body }, SECRET));
    assert.equal(headers['content-type'], 'application/json');
  });

  it('are told nothing of a download that is allowed, and never who asked', async () => {
    const good = buildWheel({ name: 'good' });
    gate.upstream.addProject('good', [good]);
    assert.equal((await gate.get(`/files/good/${good.filename}`)).status, 200);
    await refuse();
    await receiver.message('/all?key=1');
    const all = receiver.received.map(({ body }) => body).join('');
    assert.doesNotMatch(all, /good/);
    assert.doesNotMatch(all, /127\.0\.0\.1|userAgent|client/);
  });

  it('get a text as Slack takes it, of which nothing is a link or a mention that a name brings', async () => {
    await gate.writePolicy(
      'deny.yaml',
      'deny: [{ project: demo, reason: "<!channel> & <https://evil.example|click>" }]',
    );
    await refuse();
    const { text } = await receiver.message('/chat');
    assert.match(
      text,
      /^Wheelgate refused demo 1\.0: demo is denied: &lt;!channel&gt; &amp; &lt;https:\u200b/,
    );
    const [said, link] = text.split('\n');
    assert.doesNotMatch(said, /[<>]/);
    assert.match(link, /^<https:\/\/wg\.example\/pypi\/w\/[0-9a-f]{10}\|Details>$/);
  });

  it('are told of an edit that is not taken over, once, and that it was after that', async () => {
    const { revision } = gate.gate.policies.current;
    for (let times = 0; times < 2; times += 1)
      await assert.rejects(gate.writePolicy('bad.yaml', 'denny: []'));
    const message = await receiver.message('/editors');
    assert.deepEqual(
      [message.type, message.data.state, message.data.revision],
      ['policy', 'rejected', revision],
    );
    assert.match(message.data.problems[0], saying(`bad.yaml:1:1: ${unknownKey('denny')}`));
    await gate.writePolicy('bad.yaml', 'deny: []');
    assert.equal((await receiver.message('/editors', 1)).data.state, 'accepted');
  });

  it('are told of a waiver that ends within a week', async () => {
    const expires = new Date(gate.now + 3 * 86_400_000).toISOString().slice(0, 10);
    await gate.writePolicy(
      'waivers.yaml',
      `waivers: [{ rule: cooldown, project: urllib3, versions: "==2.8.1", reason: r, owner: o@example.com, expires: ${expires} }]`,
    );
    const { type, data } = await receiver.message('/editors');
    assert.deepEqual([type, data.state, data.project], ['waiver', 'ending', 'urllib3']);
  });

  it('are told of what clients had been given before it was denied', async () => {
    const wheel = buildWheel({ name: 'late' });
    gate.upstream.addProject('late', [wheel]);
    assert.equal((await gate.get(`/files/late/${wheel.filename}`)).status, 200);
    await gate.writePolicy('deny.yaml', 'deny: [{ project: late, reason: stolen }]');
    const { type, data } = await receiver.message('/all?key=1');
    assert.deepEqual([type, data.project, data.downloads, data.clients], ['exposed', 'late', 1, 1]);
  });

  it('that do not answer keep no request waiting, and get the same message after a restart', async () => {
    receiver.hangs = true;
    await refuse();
    await receiver.message('/all?key=1');
    const { status } = await gate.get('/healthz');
    assert.equal(status, 200);
    const before = receiver.received.find(({ path }) => path.startsWith('/all'))!;
    receiver.hangs = false;
    receiver.received = [];
    await gate.restart();
    await receiver.message('/all?key=1');
    const again = receiver.received.find(({ path }) => path.startsWith('/all'))!;
    assert.deepEqual(
      [again.headers['webhook-id'], again.body],
      [before.headers['webhook-id'], before.body],
    );
  });

  it('that fail are told of by /readyz and counted, without their URL', async () => {
    receiver.status = 500;
    await refuse();
    await receiver.message('/all?key=1');
    for (;;) {
      const { body } = await gate.get('/readyz');
      const part = JSON.parse(body.toString()).parts.webhooks;
      if (part?.state === 'degraded') {
        assert.match(part.detail, /does not accept messages: status 500/);
        assert.doesNotMatch(part.detail, /127\.0\.0\.1/);
        break;
      }
    }
    const counted = await gate.metric('wheelgate_webhook_deliveries_total');
    assert.ok(
      counted.some((line) => /result="failed"\} [1-9]/.test(line)),
      counted.join(),
    );
  });
});
