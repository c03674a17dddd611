import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import type { Lost } from '../../../src/fleet/leases.js';
import { SourceLost } from '../../../src/fleet/source-lost.js';
import { FillClient, type Patience } from '../../../src/replicas/fills/fill-client.js';
import { createFillServer } from '../../../src/replicas/fills/fill-server.js';
import { headOf } from '../../../src/replicas/fills/frames.js';
import {
  ANSWERED,
  ASKED,
  Introductions,
  introduce,
} from '../../../src/replicas/fills/introduction.js';
import { nameOfFill } from '../../../src/replicas/fills/lease-store.js';
import { OfferedFill } from '../../../src/replicas/fills/offered-fill.js';
import { Seal } from '../../../src/replicas/seal.js';
import { bytesInFile } from '../../../src/store/disk/file-bytes.js';
import { BEGUN, COMPLETE } from '../../fleet/contract/leases.js';
import { ask } from '../../support/wheelgate.js';

const KEY = 'demo/demo.whl/abc';
const NAME = nameOfFill(KEY);
const BY = { inspector: 7, settings: 'usual' };
const SEAL = new Seal('a secret of all replicas');
const NEVER = new AbortController().signal;

describe('following a fill of another replica', () => {
  const servers: Server[] = [];
  let now = 1_000_000_000;

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function listen(server: Server): Promise<string> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  /** A replica that has one fill, under the URL by which its lease names it. */
  async function replica(fill: OfferedFill, seal = SEAL, named?: string) {
    const parts = { url: '', offered: (name: string) => (name === NAME ? fill : undefined) };
    const server = createFillServer({
      ...parts,
      get url() {
        return parts.url;
      },
      seal,
      now: () => now,
      by: BY,
    });
    const url = await listen(server);
    parts.url = named ?? url;
    return url;
  }

  const offering = () => new OfferedFill(bytesInFile, { open: async () => undefined });

  function client(isPeer = (_: string) => true, patience?: Patience): FillClient {
    const parts = { seal: SEAL, now: () => now, isPeer, by: BY };
    return new FillClient({ ...parts, ...(patience && { patience }) });
  }

  function open(url: string, by = client(), key = KEY, leastRate = 0) {
    const holder = { url, owner: 'a', fence: 1 };
    return by.open(holder, key, { bytes: 0, transfer: undefined }, leastRate, NEVER);
  }

  async function lostBy(what: Promise<unknown>): Promise<Lost['how']> {
    const error = await what.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof SourceLost, String(error));
    return error.lost.how;
  }

  async function read(body: AsyncIterable<Uint8Array>): Promise<number> {
    let bytes = 0;
    for await (const piece of body) bytes += piece.length;
    return bytes;
  }

  function complete(fill: OfferedFill, inspection?: object): void {
    fill.tell(BEGUN);
    fill.tell({ ...COMPLETE, ...(inspection && { inspection }) } as typeof COMPLETE);
  }

  it('gives its bytes and what was found of them', async () => {
    const fill = offering();
    const url = await replica(fill);
    const opening = open(url);
    complete(fill, { inspector: 7, findings: [] });
    const bytes = await opening;
    assert.deepEqual([bytes.from, bytes.size, bytes.etag], [0, 10_000_000, '"abc"']);
    assert.equal(await read(bytes.body), 10_000_000);
    assert.deepEqual(bytes.complete, { ...COMPLETE, inspection: { inspector: 7, findings: [] } });
    await fill.close();
  });

  it('goes on behind what is here of the same transfer, and from the beginning with another', async () => {
    const fill = offering();
    const url = await replica(fill);
    complete(fill);
    const holder = { url, owner: 'a', fence: 1 };
    for (const [transfer, from] of [
      ['first', 9_000_000],
      ['another', 0],
    ] as const) {
      const bytes = await client().open(holder, KEY, { bytes: 9_000_000, transfer }, 0, NEVER);
      assert.equal(bytes.from, from);
      assert.equal(await read(bytes.body), 10_000_000 - from);
    }
    await fill.close();
  });

  for (const [what, inspection] of Object.entries({
    'an older inspector': { inspector: 6 },
    'an inspection that broke off': { inspector: 7, countsUntil: 1 },
  }))
    it(`takes no findings over from ${what}`, async () => {
      const fill = offering();
      const url = await replica(fill);
      complete(fill, inspection);
      const bytes = await open(url);
      await read(bytes.body);
      assert.deepEqual(bytes.complete, COMPLETE);
      await fill.close();
    });

  it('takes no findings over that were found under other settings', async () => {
    const fill = offering();
    const url = await replica(fill);
    complete(fill, { inspector: 7 });
    const other = new FillClient({
      seal: SEAL,
      now: () => now,
      isPeer: () => true,
      by: { ...BY, settings: 'other' },
    });
    const bytes = await open(url, other);
    await read(bytes.body);
    assert.deepEqual(bytes.complete, COMPLETE);
    await fill.close();
  });

  it('ends where the fill ends without a word, and where it is not there', async () => {
    const fill = offering();
    const url = await replica(fill);
    fill.tell(BEGUN);
    fill.tell({ kind: 'arrived', bytes: 1_000 });
    const { body } = await open(url);
    const reading = lostBy(read(body));
    await fill.close();
    assert.equal(await reading, 'ended');
    assert.equal(await lostBy(open(url, client(), 'another/file')), 'ended');
    servers[0]!.close();
    servers[0]!.closeAllConnections();
    assert.equal(await lostBy(open(url)), 'ended');
  });

  it('is what the index failed with, and not what the replica did', async () => {
    for (const [failure, isOfIndex] of [
      ['not-found', true],
      ['upstream-unreachable', true],
      ['overloaded', false],
      ['internal', false],
    ] as const) {
      const fill = offering();
      const url = await replica(fill);
      fill.tell({ kind: 'failed', failure, message: 'No.' });
      if (isOfIndex) await assert.rejects(open(url), { kind: failure, message: 'No.' });
      else assert.equal(await lostBy(open(url)), 'ended');
      await fill.close();
    }
  });

  it('connects to no address that is not that of a replica', async () => {
    const asked: unknown[] = [];
    const url = await listen(createServer((req) => asked.push(req.url)));
    const strangers = client((address) => address !== '127.0.0.1');
    assert.equal(await lostBy(open(url, strangers)), 'useless');
    for (const odd of ['', 'file:///etc/passwd', 'ftp://127.0.0.1/', 'http://'])
      assert.equal(await lostBy(open(odd)), 'useless');
    assert.deepEqual(asked, []);
  });

  it('believes nobody without the secret', async () => {
    const fill = offering();
    complete(fill);
    assert.equal(await lostBy(open(await replica(fill, new Seal('another secret')))), 'useless');
    for (const answered of [undefined, '', 'AAAA', 'A'.repeat(80)]) {
      const server = createServer((_req, res) => {
        if (answered !== undefined) res.setHeader(ANSWERED, answered);
        res.write(Buffer.concat([headOf('bytes', 3), Buffer.from('bad')]));
      });
      assert.equal(await lostBy(open(await listen(server))), 'useless');
    }
    await fill.close();
  });

  /** One who has the secret, or hears what somebody says who has. */
  async function speaking(
    say: (
      req: IncomingMessage,
      introductions: Introductions,
      url: string,
    ) => ReturnType<Introductions['answer']>,
    write: (news: NonNullable<ReturnType<Introductions['answer']>>['news']) => Buffer,
  ) {
    let url = '';
    const listener: RequestListener = (req, res) => {
      const known = say(req, new Introductions(SEAL, () => now), url);
      assert.ok(known !== undefined);
      res.setHeader(ANSWERED, known.answered);
      res.write(write(known.news));
    };
    url = await listen(createServer(listener));
    return url;
  }
  const answering = (req: IncomingMessage, introductions: Introductions, url: string) =>
    introductions.answer({ url, name: NAME, from: 0, of: '' }, String(req.headers[ASKED]));
  const framed = (sealed: Buffer) => Buffer.concat([headOf('news', sealed.length), sealed]);

  it('believes no news that are not of this connection, or not the next', async () => {
    const begun = { kind: 'begun', from: 0, transfer: 'x' };
    for (const write of [
      (news: { seal(of: object): Buffer }) =>
        framed(Buffer.concat([news.seal(begun), Buffer.from(' ')])),
      (news: { seal(of: object): Buffer }) => {
        news.seal({ kind: 'here' });
        return framed(news.seal(begun));
      },
      () => Buffer.from([9, 9, 9, 9, 9, 9]),
      () => Buffer.concat([headOf('bytes', 1), Buffer.from('x')]),
    ])
      assert.equal(await lostBy(open(await speaking(answering, write))), 'useless');
    // Its twin.
    const url = await speaking(answering, (news) => framed(news.seal(begun)));
    (await open(url)).body.destroy();
  });

  it('notices where nothing is said any more', async () => {
    const url = await speaking(answering, (news) =>
      framed(news.seal({ kind: 'begun', from: 0, transfer: 'x' })),
    );
    const { body } = await open(url, client(undefined, { silence: 3_000, slowness: 20_000 }));
    assert.equal(await lostBy(read(body)), 'silent');
  });

  it('notices where hardly anything comes, though its replica is there', async () => {
    const fill = offering();
    const url = await replica(fill);
    fill.tell(BEGUN);
    fill.tell({ kind: 'arrived', bytes: 1_000 });
    const impatient = client(undefined, { silence: 20_000, slowness: 300 });
    const { body } = await open(url, impatient, KEY, 10_000_000);
    assert.equal(await lostBy(read(body)), 'useless');
    await fill.close();
  });

  async function askServer(url: string, asked: string, query = ''): Promise<number> {
    return (await ask(`${url}internal/v1/fills/${NAME}${query}`, { [ASKED]: asked })).status;
  }

  it('is given once for each question, to who has the secret and has asked just now', async () => {
    const fill = offering();
    fill.tell({ kind: 'failed', failure: 'not-found', message: 'No.' });
    const url = await replica(fill);
    const question = { url, name: NAME, from: 0, of: '' };
    const asked = () => introduce(SEAL, question, now).asked;
    const once = asked();
    assert.equal(await askServer(url, once), 200);
    assert.equal(await askServer(url, once), 401, 'asked again');
    assert.equal(await askServer(url, asked(), '?from=5'), 401, 'asked for something else');
    const early = asked();
    now += 31_000;
    assert.equal(await askServer(url, early), 401, 'too old');
    assert.equal(await askServer(url, introduce(SEAL, question, now + 31_000).asked), 401);
    assert.equal(await askServer(url, introduce(new Seal('no'), question, now).asked), 401);
    assert.equal(
      await askServer(url, introduce(SEAL, { ...question, url: 'http://b/' }, now).asked),
      401,
    );
    assert.equal(await askServer(url, ''), 401);
    assert.equal(await askServer(url, asked()), 200);
    await fill.close();
  });

  it('answers nothing else on its port', async () => {
    const url = await replica(offering());
    const paths = [
      '',
      'metrics',
      'healthz',
      'simple/',
      'internal/v1/fills/',
      `internal/v1/fills/${NAME}x`,
    ];
    for (const path of [...paths, `internal/v1/fills/${NAME}?from=-1`])
      assert.equal((await ask(url + path)).status, 404, path);
    assert.equal((await ask(`${url}internal/v1/fills/${NAME}`, {}, 'POST')).status, 404);
  });
});
