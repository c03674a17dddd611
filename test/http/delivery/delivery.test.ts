import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import type { ArtifactService } from '../../../src/artifacts/artifact-service.js';
import { Fill, newTransfer } from '../../../src/artifacts/fill.js';
import type { Sidecar } from '../../../src/artifacts/sidecar-service.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { Failure } from '../../../src/domain/failure.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import { createApp } from '../../../src/http/app.js';
import { askForWaiver, refusedPhrase } from '../../../src/messages/refusals.js';
import { MemoryBlob } from '../../../src/store/memory-blob-tier.js';
import { connect, type RawClient, until } from '../support/raw-client.js';
import { PAGES, SETTINGS, type StubServices, stubServices } from '../support/stub-services.js';
import * as files from './stub-files.js';

const PATH = `/files/demo/${files.FILENAME}`;
const SIZE = 900_000;
const BYTES = randomBytes(SIZE);

type Opened = Awaited<ReturnType<ArtifactService['open']>>;

interface World {
  readonly artifact?: () => Opened;
  readonly sidecar?: () => Sidecar;
  /** Where a front server finds it. */
  readonly front?: string;
  readonly settings?: Partial<typeof SETTINGS>;
  readonly written?: (record: DecisionRecord) => Promise<void>;
  /** Of what a link in a refusal means. */
  readonly noted?: () => Promise<void>;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves one artifact, or sidecar; `get` asks for it. */
async function serve(world: World) {
  const settings = {
    ...SETTINGS,
    gate: { mode: 'stream', holdBytes: 1, holdTime: 60_000, lastBlock: 100_000 } as const,
    accelerate: () => world.front,
    ...world.settings,
  };
  let opened = 0;
  const open = async () => {
    opened += 1;
    return world.artifact!();
  };
  const services: StubServices = stubServices(
    {
      pages: { ...PAGES, find: async () => files.listed },
      ...(world.artifact && { artifacts: { open } }),
      ...(world.sidecar && { sidecars: { open: async () => world.sidecar!() } }),
      ...(world.noted && { links: { find: async () => [], note: world.noted } }),
    },
    settings,
    world.written,
  );
  server = createServer(createApp(services, settings));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = (headers?: Record<string, string>, method?: string): RawClient =>
    connect(url + PATH + (world.sidecar === undefined ? '' : '.metadata'), headers, method);
  return { services, get, url, opened: () => opened };
}

/** A fill of which so much is here. */
function fillOf(arrived: number, total: number | 'unknown' = SIZE, bytes = BYTES): Fill {
  const fill = new Fill(files.SHA256);
  fill.begin(files.spooled(bytes), total === 'unknown' ? undefined : total);
  fill.advance(arrived);
  return fill;
}

function allowed(fill: Fill): Fill {
  fill.advance(SIZE);
  fill.finish({ kind: 'allowed', verdict: files.ALLOWED, size: SIZE });
  return fill;
}

/** Every way in which a request for a file comes to its end, and the status of that. */
const ENDS: Record<string, readonly [World, Record<string, string>, string, number]> = {
  'a blob in memory': [{ artifact: () => files.stored(new MemoryBlob(BYTES)) }, {}, 'GET', 200],
  'a blob on the disk': [{ artifact: () => files.stored(files.storedBlob(BYTES)) }, {}, 'GET', 200],
  'a blob without a byte': [
    { artifact: () => files.stored(files.storedBlob(Buffer.alloc(0))) },
    {},
    'GET',
    200,
  ],
  'a range of a blob': [
    { artifact: () => files.stored(files.storedBlob(BYTES)) },
    { range: 'bytes=1000-299999' },
    'GET',
    206,
  ],
  'a range outside a blob': [
    { artifact: () => files.stored(files.storedBlob(BYTES)) },
    { range: `bytes=${SIZE}-` },
    'GET',
    416,
  ],
  'a blob that is not modified': [
    { artifact: () => files.stored(files.storedBlob(BYTES)) },
    { 'if-none-match': files.ETAG },
    'GET',
    304,
  ],
  'HEAD of a blob': [{ artifact: () => files.stored(files.storedBlob(BYTES)) }, {}, 'HEAD', 200],
  'a blob that a front server sends': [
    { artifact: () => files.stored(files.storedBlob(BYTES)), front: '/front/x' },
    {},
    'GET',
    200,
  ],
  'a refused artifact': [{ artifact: () => files.refused }, {}, 'GET', 403],
  'HEAD of a refused artifact': [{ artifact: () => files.refused }, {}, 'HEAD', 403],
  'an allowed fill': [{ artifact: () => files.filling(allowed(fillOf(0))) }, {}, 'GET', 200],
  'an allowed fill without a declared length': [
    {
      artifact: () => {
        const fill = new Fill(files.SHA256);
        fill.begin(files.spooled(BYTES), undefined);
        return files.filling(allowed(fill));
      },
    },
    {},
    'GET',
    200,
  ],
  'a fill that is not modified': [
    { artifact: () => files.filling(allowed(fillOf(0))) },
    { 'if-none-match': `W/${files.ETAG}` },
    'GET',
    304,
  ],
  'HEAD of a fill under way': [{ artifact: () => files.filling(fillOf(500_000)) }, {}, 'HEAD', 200],
  'a range of an allowed fill': [
    { artifact: () => files.filling(allowed(fillOf(0))) },
    { range: 'bytes=0-99' },
    'GET',
    206,
  ],
  'a range outside a fill under way': [
    { artifact: () => files.filling(fillOf(500_000)) },
    { range: `bytes=${SIZE}-` },
    'GET',
    416,
  ],
  'a refused fill': [
    {
      artifact: () => {
        const fill = fillOf(0);
        fill.finish({ kind: 'refused', verdict: files.REFUSED });
        return files.filling(fill);
      },
    },
    {},
    'GET',
    403,
  ],
  'a sidecar': [{ sidecar: () => files.sidecar(BYTES) }, {}, 'GET', 200],
  'HEAD of a sidecar': [{ sidecar: () => files.sidecar(BYTES) }, {}, 'HEAD', 200],
  'a sidecar that is not modified': [
    { sidecar: () => files.sidecar(BYTES) },
    { 'if-none-match': files.ETAG },
    'GET',
    304,
  ],
  'a range outside a sidecar': [
    { sidecar: () => files.sidecar(BYTES) },
    { range: `bytes=${SIZE}-` },
    'GET',
    416,
  ],
  'the sidecar of a refused artifact': [{ sidecar: () => files.refusedSidecar }, {}, 'GET', 403],
};

describe('the end of a response to a request for a file', () => {
  for (const [name, [world, headers, method, status]] of Object.entries(ENDS)) {
    it(`comes only once its one record is written: ${name}`, async () => {
      let write: () => void = () => {};
      const written = () =>
        new Promise<void>((resolve) => {
          write = resolve;
        });
      const { services, get, url } = await serve({ ...world, written });
      const client = get(headers, method);
      await until(() => services.decisions.length > 0);
      // Whatever has left by now has arrived after another request has been answered.
      await connect(`${url}/healthz`).ended;
      assert.equal(client.end, undefined, 'it ended before its record');
      write();
      assert.equal(await client.ended, 'whole');
      assert.equal(client.response?.statusCode, status);
      const [record, ...others] = services.decisions;
      assert.equal(record?.status, status);
      assert.equal(record?.request, client.response?.headers['x-request-id']);
      assert.deepEqual(others, [], 'it was recorded more than once');
      const body = status === 200 || status === 206 ? client.received : 0;
      const bytes = world.front === undefined ? body : SIZE;
      assert.equal(record?.bytes, bytes);
    });

    it(`never comes where its record cannot be written: ${name}`, async () => {
      const written = () => Promise.reject(new Error('no room'));
      const { services, get } = await serve({ ...world, written });
      const client = get(headers, method);
      const end = await client.ended;
      assert.ok(end === 'cut' || client.response?.statusCode === 500, `it ended as ${end}`);
      assert.notDeepEqual(client.body, BYTES);
      assert.equal(services.decisions.length, 1);
    });
  }

  it('is a 500 where the record of a refusal fails while its link is being noted, and the process goes on', async () => {
    const written = () => Promise.reject(new Error('no room'));
    let note: () => void = () => {};
    const noted = () =>
      new Promise<void>((resolve) => {
        note = resolve;
      });
    const [world] = ENDS['a refused fill']!;
    const { services, get, url } = await serve({ ...world, written, noted });
    const client = get();
    await until(() => services.decisions.length > 0);
    // A failure that nobody has heard of by the time of another answer is an unhandled rejection, which fails this test.
    await connect(`${url}/healthz`).ended;
    note();
    await client.ended;
    assert.equal(client.response?.statusCode, 500);
  });

  it('gives all but the last piece before the record, and the whole after it', async () => {
    let write: () => void = () => {};
    const written = () =>
      new Promise<void>((resolve) => {
        write = resolve;
      });
    const blob = files.storedBlob(BYTES);
    const { get } = await serve({ artifact: () => files.stored(blob), written });
    const client = get();
    await until(() => client.received > SIZE - 200_000);
    assert.ok(client.received < SIZE);
    write();
    await client.ended;
    assert.ok(client.body.equals(BYTES));
    assert.ok(blob.closed);
  });
});

describe('a response whose artifact is refused under way', () => {
  const asked: Record<string, string>[] = [
    {},
    { range: 'bytes=0-' },
    { range: 'bytes=-1' },
    { range: 'bytes=-200000' },
    { range: 'bytes=850000-' },
    { range: `bytes=0-${SIZE - 1}` },
    { range: `bytes=${SIZE - 1}-${SIZE * 2}` },
    { range: 'bytes=0-0' },
    { range: 'bytes=1000-1999' },
    { range: 'bytes=1000-1999', 'if-range': files.ETAG },
    { range: 'bytes=100-400000' },
    { range: 'bytes=-50', 'if-range': files.ETAG },
    { range: 'bytes=-50', 'if-range': '"another"' },
    { 'if-none-match': files.ETAG },
    { 'if-none-match': '*', range: 'bytes=-1' },
    { 'if-none-match': '"another"' },
  ];
  for (const total of [SIZE, 'unknown'] as const)
    for (const headers of asked)
      it(`never gets its last byte, nor a 304: ${JSON.stringify(headers)} of ${total} bytes`, async () => {
        const fill = fillOf(600_000, total);
        const { services, get, url, opened } = await serve({ artifact: () => files.filling(fill) });
        const client = get(headers);
        await until(() => opened() > 0);
        fill.advance(SIZE);
        // Whoever may have bytes before the verdict has them by now.
        const isWhole = headers.range === undefined && headers['if-none-match'] === undefined;
        if (isWhole && total !== 'unknown') await until(() => client.received > 700_000);
        else for (let turn = 0; turn < 3; turn += 1) await connect(`${url}/healthz`).ended;
        assert.equal(client.end, undefined, 'it ended before the verdict');
        fill.finish({ kind: 'refused', verdict: files.REFUSED });
        const end = await client.ended;
        const status = client.response?.statusCode;
        assert.ok(status === 403 || end === 'cut', `${status} ${end}`);
        if (status !== 403) assert.ok(client.received <= SIZE - 100_000);
        await until(() => services.decisions.length > 0);
        const [record, ...others] = services.decisions;
        assert.equal(record?.verdict, 'block');
        assert.equal(record?.complete, false);
        assert.deepEqual(others, []);
      });

  it('is a 403 where nothing has left, and cut off where something has', async () => {
    const held = fillOf(0);
    const first = await serve({ artifact: () => files.filling(held) });
    const early = first.get();
    held.finish({ kind: 'refused', verdict: files.REFUSED });
    assert.equal(await early.ended, 'whole');
    assert.equal(early.response?.statusCode, 403);
    server?.close();
    const flowing = fillOf(600_000);
    const { get, services } = await serve({ artifact: () => files.filling(flowing) });
    const late = get();
    await until(() => late.received > 0);
    flowing.finish({ kind: 'refused', verdict: files.REFUSED });
    assert.equal(await late.ended, 'cut');
    assert.ok(late.body.equals(BYTES.subarray(0, late.received)));
    await until(() => services.decisions.length > 0);
    assert.equal(services.decisions[0]?.status, 200);
    assert.ok(services.decisions[0]!.bytes > 0);
  });

  it('is a refusal of HEAD, which waits for no verdict, once the policy refuses it', async () => {
    const { get, services } = await serve({ artifact: () => files.filling(fillOf(600_000)) });
    let verdict: Verdict = files.ALLOWED;
    services.judge.evaluate = () => verdict;
    for (const [status, judged] of [
      [200, files.ALLOWED],
      [403, files.REFUSED],
    ] as const) {
      verdict = judged;
      const head = get({}, 'HEAD');
      await head.ended;
      assert.equal(head.response?.statusCode, status);
    }
    assert.deepEqual(
      services.decisions.map((record) => [record.verdict, record.complete, record.pending]),
      [
        ['allow', true, true],
        ['block', false, undefined],
      ],
    );
  });

  it('does not end before the verdict where it has no byte at all', async () => {
    const world = (fill: Fill): World => ({
      artifact: () => files.filling(fill),
      settings: { gate: { mode: 'stream', holdBytes: 0, holdTime: 0, lastBlock: 1 } },
    });
    for (const total of [0, 'unknown'] as const)
      for (const kind of ['refused', 'allowed'] as const) {
        const fill = fillOf(0, total, Buffer.alloc(0));
        const { get, url, opened } = await serve(world(fill));
        const client = get();
        await until(() => opened() > 0);
        for (let turn = 0; turn < 3; turn += 1) await connect(`${url}/healthz`).ended;
        assert.equal(client.end, undefined, 'it ended before the verdict');
        const verdict = kind === 'refused' ? files.REFUSED : files.ALLOWED;
        fill.finish({ kind, verdict, size: 0 });
        // Without a length, nothing at all has left.
        const isCut = kind === 'refused' && total === 0;
        assert.equal(await client.ended, isCut ? 'cut' : 'whole');
        if (!isCut) assert.equal(client.response?.statusCode, kind === 'refused' ? 403 : 200);
        await new Promise((resolve) => server!.close(resolve));
      }
  });
});

describe('a refusal', () => {
  it('says in the reason phrase whom to ask for a waiver, where the settings do', async () => {
    for (const [contact, phrase] of [
      [undefined, refusedPhrase('it is bad')],
      ['a@example.com', `${refusedPhrase('it is bad')}. ${askForWaiver('a@example.com')}`],
    ] as const) {
      const { get } = await serve({ artifact: () => files.refused, settings: { contact } });
      const client = get();
      await client.ended;
      assert.equal(client.response?.statusMessage, phrase);
      server?.close();
    }
  });
});

/** What a client on a bare connection receives. */
function getRaw(url: string, request: string) {
  const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.write(`GET ${PATH}${request}\r\n\r\n`);
  return {
    received: () => Buffer.concat(parts).toString('latin1'),
    ended: once(socket, 'close').then(() => Buffer.concat(parts).toString('latin1')),
  };
}

/** Requests whose response ends with the connection. Most get no chunks; who asks to close may not look for the last one. */
const ENDING_WITH_THE_CONNECTION = [
  ' HTTP/1.1\r\nhost: pypi\r\nconnection: close',
  ' HTTP/1.0\r\nhost: pypi',
  ' HTTP/0.9\r\nhost: pypi',
  '',
  ' HTTP/2.0\r\nhost: pypi',
  ' RTSP/1.0\r\nhost: pypi',
  ' RTSP/2.0\r\nhost: pypi',
];

describe('a response of unknown length, which may look whole where it is cut off', () => {
  const verdicts = [
    { kind: 'refused', verdict: files.REFUSED },
    { kind: 'failed', failure: new Failure('upstream-broken', 'It broke off.') },
    { kind: 'allowed', verdict: files.ALLOWED, size: SIZE },
  ] as const;

  /** It gives nothing before the verdict, and then what the verdict says. */
  async function assertWaits(fill: Fill, end: (typeof verdicts)[number], request: string) {
    const { url, opened } = await serve({ artifact: () => files.filling(fill) });
    const client = getRaw(url, request);
    await until(() => opened() > 0);
    for (let turn = 0; turn < 5; turn += 1) await connect(`${url}/healthz`).ended;
    assert.equal(client.received(), '', 'it began before the verdict');
    fill.advance(SIZE);
    fill.finish(end);
    const answer = await client.ended;
    const status = { refused: 403, failed: 502, allowed: 200 }[end.kind];
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /\r\ncontent-length: \d+\r\n/i);
    assert.equal(answer.includes(BYTES.toString('latin1')), end.kind === 'allowed');
    server?.close();
  }

  for (const request of ENDING_WITH_THE_CONNECTION) {
    it(`waits for the verdict: ${JSON.stringify(request)}`, async () => {
      for (const end of verdicts) await assertWaits(fillOf(600_000, 'unknown'), end, request);
    });

    it(`begins before it where the length is known, which shows a cut: ${JSON.stringify(request)}`, async () => {
      const fill = fillOf(600_000);
      const { url } = await serve({ artifact: () => files.filling(fill) });
      const client = getRaw(url, request);
      await until(() => client.received().length > 100_000);
      fill.finish({ kind: 'refused', verdict: files.REFUSED });
      const answer = await client.ended;
      assert.match(answer, new RegExp(`\r\ncontent-length: ${SIZE}\r\n`, 'i'));
      assert.ok(answer.length < SIZE);
    });
  }

  it('is a refusal to a client that takes cut chunks for whole, and all of an allowed file', async () => {
    for (const end of verdicts) {
      const fill = fillOf(600_000, 'unknown');
      const { url, opened } = await serve({ artifact: () => files.filling(fill) });
      const answer = fetch(url + PATH, { headers: { connection: 'close' } });
      await until(() => opened() > 0);
      for (let turn = 0; turn < 5; turn += 1) await connect(`${url}/healthz`).ended;
      fill.advance(SIZE);
      fill.finish(end);
      const { status } = await answer;
      assert.equal(status, { refused: 403, failed: 502, allowed: 200 }[end.kind]);
      const body = Buffer.from(await (await answer).arrayBuffer());
      assert.equal(body.equals(BYTES), end.kind === 'allowed');
      server?.close();
    }
  });

  it('begins before the verdict once all has come in, where the end of the transfer tells the length', async () => {
    const fill = new Fill(files.SHA256);
    const transfer = newTransfer();
    fill.begin(files.spooled(BYTES), undefined, transfer);
    fill.advance(600_000);
    const { get, opened } = await serve({ artifact: () => files.filling(fill) });
    const client = get();
    await until(() => opened() > 0);
    fill.begin(files.spooled(BYTES), SIZE, transfer);
    fill.advance(SIZE);
    await until(() => client.received > 700_000);
    assert.equal(client.response?.headers['content-length'], String(SIZE));
    fill.finish({ kind: 'refused', verdict: files.REFUSED });
    assert.equal(await client.ended, 'cut');
  });

  it('begins before the first byte where the index declares the length', async () => {
    const fill = new Fill(files.SHA256, SIZE);
    const gate = { mode: 'stream', holdBytes: 0, holdTime: 0, lastBlock: 100_000 } as const;
    const { get } = await serve({ artifact: () => files.filling(fill), settings: { gate } });
    const client = get();
    await until(() => client.response !== undefined);
    assert.equal(client.response?.headers['content-length'], String(SIZE));
    fill.begin(files.spooled(BYTES), SIZE);
    allowed(fill);
    assert.equal(await client.ended, 'whole');
    assert.ok(client.body.equals(BYTES));
  });

  it('waits where the transfer begins anew, of unknown length, while its bytes are opened', async () => {
    for (const end of verdicts) {
      const fill = new Fill(files.SHA256);
      const bytes = files.spooled(BYTES);
      let isNew = false;
      const open = async () => {
        await new Promise(setImmediate);
        if (!isNew) {
          isNew = true;
          fill.restart();
          fill.begin(files.spooled(BYTES), undefined);
          fill.advance(600_000);
        }
        return bytes.open();
      };
      fill.begin({ ...bytes, open }, SIZE);
      fill.advance(600_000);
      await assertWaits(fill, end, ENDING_WITH_THE_CONNECTION[0]!);
      assert.ok(isNew);
    }
  });
});

describe('a response whose length was declared', () => {
  it('is cut off where another length was judged, however much of it has left', async () => {
    for (const judged of [SIZE - 1, SIZE + 1]) {
      const fill = fillOf(600_000);
      const { get, services } = await serve({ artifact: () => files.filling(fill) });
      const client = get();
      await until(() => client.received > 0);
      fill.advance(SIZE);
      fill.finish({ kind: 'allowed', verdict: files.ALLOWED, size: judged });
      assert.equal(await client.ended, 'cut');
      await until(() => services.decisions.length > 0);
      assert.equal(services.decisions[0]?.complete, false);
      server?.close();
    }
  });
});

describe('a response that breaks off', () => {
  it('is cut off where the transfer fails after bytes have left, and says what had left', async () => {
    const fill = fillOf(600_000);
    const { get, services } = await serve({ artifact: () => files.filling(fill) });
    const client = get();
    await until(() => client.received > 0);
    fill.finish({ kind: 'failed', failure: new Failure('upstream-broken', 'It broke off.') });
    assert.equal(await client.ended, 'cut');
    await until(() => services.decisions.length > 0);
    assert.equal(services.decisions[0]?.complete, false);
    assert.ok(services.decisions[0]!.bytes >= client.received);
  });

  it('is a 502, and recorded as one, where the transfer fails before', async () => {
    const fill = fillOf(0);
    const { get, services } = await serve({ artifact: () => files.filling(fill) });
    const client = get();
    fill.finish({ kind: 'failed', failure: new Failure('upstream-broken', 'It broke off.') });
    assert.equal(await client.ended, 'whole');
    assert.equal(client.response?.statusCode, 502);
    const [record, ...others] = services.decisions;
    assert.deepEqual(others, []);
    const { status, bytes, complete, pending, failure } = record!;
    assert.deepEqual(
      { status, bytes, complete, pending, failure },
      { status: 502, bytes: 0, complete: false, pending: true, failure: 'upstream-broken' },
    );
  });

  it('is cut off where the transfer begins anew, for what has left is of one that never was', async () => {
    const fill = fillOf(600_000);
    const { get } = await serve({ artifact: () => files.filling(fill) });
    const client = get();
    await until(() => client.received > 0);
    fill.restart();
    fill.begin(files.spooled(BYTES), SIZE);
    allowed(fill);
    assert.equal(await client.ended, 'cut');
  });

  it('is cut off where the transfer begins anew and is over before what has left, as a part or as a whole', async () => {
    for (const length of [1_000, 450_000, 480_000])
      for (const headers of [{}, { range: 'bytes=100-' }, { range: 'bytes=100-400000' }]) {
        const fill = fillOf(600_000);
        const { get, services } = await serve({ artifact: () => files.filling(fill) });
        const client = get(headers);
        await until(() => client.received > 300_000);
        const others = BYTES.subarray(0, length);
        fill.restart();
        fill.begin(files.spooled(others), length);
        fill.advance(length);
        fill.finish({ kind: 'allowed', verdict: files.ALLOWED, size: length });
        assert.equal(await client.ended, 'cut');
        await until(() => services.decisions.length > 0);
        assert.equal(services.decisions[0]?.complete, false);
        await new Promise((resolve) => server!.close(resolve));
      }
  });

  it('goes on where the same bytes come in elsewhere, which may be moved away by the time that they are wanted', async () => {
    for (const headers of [{}, { range: 'bytes=100-' }]) {
      const fill = new Fill(files.SHA256);
      const transfer = newTransfer();
      fill.begin(files.spooled(BYTES.subarray(0, 600_000)), SIZE, transfer);
      fill.advance(600_000);
      const { get } = await serve({ artifact: () => files.filling(fill) });
      const client = get(headers);
      await until(() => client.received > 300_000);
      let isMoved = false;
      const elsewhere = files.spooled(BYTES);
      const bytes = {
        place: undefined,
        open: async () => (isMoved ? undefined : elsewhere.open()),
      };
      fill.begin(bytes, SIZE, transfer);
      // It is read where it was, as long as less is there.
      fill.advance(500_000);
      assert.equal(fill.progress.received, 600_000);
      isMoved = true;
      fill.advance(700_000);
      allowed(fill);
      assert.equal(await client.ended, 'whole');
      assert.equal(client.received, 'range' in headers ? SIZE - 100 : SIZE);
      await new Promise((resolve) => server!.close(resolve));
    }
  });

  it('is cut off where a stored file ends before its size', async () => {
    const blob = { ...files.storedBlob(BYTES.subarray(0, 500_000)), size: SIZE };
    const { get, services } = await serve({ artifact: () => files.stored(blob) });
    const client = get();
    assert.equal(await client.ended, 'cut');
    assert.ok(client.received <= 500_000);
    await until(() => services.decisions.length > 0);
    assert.equal(services.decisions[0]?.complete, false);
  });

  for (const isWhole of [true, false])
    it(`is cut off where a stored file turns out to have changed while it goes out, and only there: ${isWhole}`, async () => {
      const whole = Promise.resolve(isWhole);
      const bytes = Buffer.alloc(300_000, 7);
      for (const headers of [undefined, { range: 'bytes=-1' }, { range: 'bytes=10-20' }]) {
        const blob = { ...files.storedBlob(bytes), whole };
        const { get, services } = await serve({ artifact: () => files.stored(blob) });
        const client = get(headers);
        assert.equal(await client.ended, isWhole ? 'whole' : 'cut');
        assert.equal(services.decisions[0]?.complete, isWhole);
        await new Promise((resolve) => server!.close(resolve));
      }
    });

  it('is cut off and recorded where a stored file cannot be read on', async () => {
    const whole = files.storedBlob(BYTES);
    const blob = {
      ...whole,
      read: (into: Buffer, start: number) =>
        start > 300_000 ? Promise.reject(new Error('EIO')) : whole.read(into, start),
    };
    const { get, services } = await serve({ artifact: () => files.stored(blob) });
    const client = get();
    assert.equal(await client.ended, 'cut');
    await until(() => services.logged.length > 0);
    assert.equal(services.decisions.length, 1);
    assert.equal(services.decisions[0]?.complete, false);
    assert.equal(services.logged[0]?.request, services.decisions[0]?.request);
  });
});

describe('a client that hangs up', () => {
  const gone = async (client: RawClient) => {
    client.request.destroy();
    await client.ended;
  };

  it('before the gate opens is recorded with nothing, and the fill goes on', async () => {
    const fill = fillOf(0);
    const { get, services, opened } = await serve({ artifact: () => files.filling(fill) });
    const client = get();
    await until(() => opened() > 0);
    await gone(client);
    await until(() => services.decisions.length > 0);
    const { bytes, complete, verdict } = services.decisions[0]!;
    assert.deepEqual({ bytes, complete, verdict }, { bytes: 0, complete: false, verdict: 'allow' });
    allowed(fill);
    const next = get();
    assert.equal(await next.ended, 'whole');
    assert.ok(next.body.equals(BYTES));
  });

  it('in the middle is recorded once with what it got, whatever becomes of the fill', async () => {
    const fill = fillOf(600_000);
    const { get, services, url } = await serve({ artifact: () => files.filling(fill) });
    const client = get();
    await until(() => client.received > 0);
    await gone(client);
    await until(() => services.decisions.length > 0);
    fill.finish({ kind: 'refused', verdict: files.REFUSED });
    await connect(`${url}/healthz`).ended;
    const [record, ...others] = services.decisions;
    assert.deepEqual(others, []);
    assert.equal(record?.complete, false);
    assert.ok(record!.bytes > 0 && record!.bytes < SIZE);
  });

  it('or reads slowly keeps the rest where it is', async () => {
    const large = Buffer.alloc(64 * 2 ** 20, 1);
    const blob = files.storedBlob(large);
    const { get } = await serve({ artifact: () => files.stored(blob) });
    const client = get();
    await until(() => client.response !== undefined);
    client.response!.pause();
    let reached = -1;
    // Read ahead as far as the connection's buffers take it, and then no further.
    await until(() => {
      const same = reached === blob.reached && reached > 0;
      reached = blob.reached;
      return same;
    });
    assert.ok(
      reached < large.length / 2,
      `${reached} bytes were read for a client that reads none`,
    );
    client.response!.resume();
    assert.equal(await client.ended, 'whole');
    assert.equal(client.received, large.length);
  });
});
