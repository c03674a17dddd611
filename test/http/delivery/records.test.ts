import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import type { ArtifactService } from '../../../src/artifacts/artifact-service.js';
import { Fill } from '../../../src/artifacts/fill.js';
import type { Sidecar } from '../../../src/artifacts/sidecar-service.js';
import type { LogRecord } from '../../../src/decisions/record.js';
import { FAILURES, Failure, type FailureKind } from '../../../src/domain/failure.js';
import { createApp } from '../../../src/http/app.js';
import { MemoryBlob } from '../../../src/store/memory-blob-tier.js';
import {
  connect,
  connectHalfClosed,
  type HalfClosedClient,
  type RawClient,
  until,
} from '../support/raw-client.js';
import {
  PAGE,
  PAGES,
  SETTINGS,
  type StubServices,
  stubServices,
} from '../support/stub-services.js';
import * as files from './stub-files.js';

/** More than the buffers of a connection on loopback take: who leaves early cannot have been handed all of it. */
const LARGE = Buffer.alloc(16 * 2 ** 20, 7);
/** For those who stay to the end. */
const BYTES = LARGE.subarray(0, 2 ** 20);
const SIZE = BYTES.length;
const LAST_BLOCK = 100_000;

type Opened = Awaited<ReturnType<ArtifactService['open']>>;

/** What becomes of a file in the end. */
type Fate = 'allowed' | 'refused' | FailureKind;

/** A file in one state, and what happens to it once its client has what it may have by then. */
interface Case {
  readonly open: () => Opened | Sidecar;
  readonly later?: () => void;
  readonly fate: Fate;
  /** Nobody has judged it before `later`. */
  readonly waits?: true;
  /** Its client has nothing before `later`, or all at once. */
  readonly atOnce?: boolean;
}

function stored(
  bytes: Buffer,
  read: (into: Buffer, start: number) => Promise<number>,
  fate: Fate,
): Case {
  return { open: () => files.stored({ ...files.storedBlob(bytes), read }), fate };
}

/** A disk that fails from a byte on. */
function failing(bytes: Buffer, from: number): Case {
  const { read } = files.storedBlob(bytes);
  const fail = (into: Buffer, start: number) =>
    start + into.length > from ? Promise.reject(new Error('EIO')) : read(into, start);
  return stored(bytes, fail, 'internal');
}

function filling(
  bytes: Buffer,
  arrived: number,
  later: (fill: Fill, bytes: Buffer) => void,
  fate: Fate,
  total?: number,
): Case {
  const fill = new Fill(files.SHA256);
  fill.begin(files.spooled(bytes), total);
  fill.advance(arrived);
  return {
    open: () => files.filling(fill),
    later: () => later(fill, bytes),
    fate,
    waits: true,
    atOnce: arrived === 0 || total === undefined,
  };
}

const allow = (fill: Fill, { length: size }: Buffer) => {
  fill.advance(size);
  fill.finish({ kind: 'allowed', verdict: files.ALLOWED, size });
};
const refuse = (fill: Fill) => fill.finish({ kind: 'refused', verdict: files.REFUSED });
const fail = (fill: Fill) =>
  fill.finish({ kind: 'failed', failure: new Failure('upstream-broken', 'It broke off.') });
const restart = (fill: Fill, bytes: Buffer) => {
  fill.restart();
  fill.begin(files.spooled(bytes), bytes.length);
  allow(fill, bytes);
};

function throwing(error: Error, fate: FailureKind): Case {
  const open = () => {
    throw error;
  };
  return { open, fate, atOnce: true };
}

const mostOf = ({ length }: Buffer) => length - 5 * LAST_BLOCK;
/** Each is made anew for each request, of a file of these bytes. */
const CASES: Record<string, (bytes: Buffer) => Case> = {
  'in memory': (bytes) => ({ open: () => files.stored(new MemoryBlob(bytes)), fate: 'allowed' }),
  'on the disk': (bytes) => stored(bytes, files.storedBlob(bytes).read, 'allowed'),
  'on a disk that cannot be read': (bytes) => ({ ...failing(bytes, 0), atOnce: true }),
  'on a disk that fails late': (bytes) => failing(bytes, bytes.length - LAST_BLOCK),
  'on a disk that fails at the last byte': (bytes) => failing(bytes, bytes.length - 1),
  'on the disk, shorter than it should be': (bytes) =>
    stored(bytes, files.storedBlob(bytes.subarray(0, -LAST_BLOCK)).read, 'internal'),
  'refused before': () => ({ open: () => files.refused, fate: 'refused', atOnce: true }),
  'whose upstream lacks it': () =>
    throwing(new Failure('not-found', 'The upstream lacks it.'), 'not-found'),
  'that a fault of ours keeps back': () => throwing(new Error('a fault'), 'internal'),
  'whose fill is allowed at once': (bytes) => filling(bytes, 0, allow, 'allowed', bytes.length),
  'whose fill is refused at once': (bytes) => filling(bytes, 0, refuse, 'refused', bytes.length),
  'whose fill fails at once': (bytes) => filling(bytes, 0, fail, 'upstream-broken', bytes.length),
  'whose fill is allowed late': (bytes) =>
    filling(bytes, mostOf(bytes), allow, 'allowed', bytes.length),
  'whose fill is refused late': (bytes) =>
    filling(bytes, mostOf(bytes), refuse, 'refused', bytes.length),
  'whose fill fails late': (bytes) =>
    filling(bytes, mostOf(bytes), fail, 'upstream-broken', bytes.length),
  'whose fill begins anew': (bytes) =>
    filling(bytes, mostOf(bytes), restart, 'internal', bytes.length),
  'whose fill of unknown length is allowed late': (bytes) =>
    filling(bytes, mostOf(bytes), allow, 'allowed'),
  'whose fill of unknown length is refused late': (bytes) =>
    filling(bytes, mostOf(bytes), refuse, 'refused'),
  'whose fill of unknown length fails late': (bytes) =>
    filling(bytes, mostOf(bytes), fail, 'upstream-broken'),
};

/** How a client asks, and when it leaves. */
interface Plan {
  readonly headers?: Record<string, string>;
  readonly method?: string;
  /** Leaves once so many bytes of the body are here; before any answer at -1. */
  readonly leaves?: number;
  readonly halfCloses?: true;
}

const PLANS: Record<string, Plan> = {
  'a GET': {},
  'a HEAD': { method: 'HEAD' },
  'a first range': { headers: { range: 'bytes=0-99' } },
  'a long range': { headers: { range: `bytes=1000-${SIZE - 1}` } },
  'a last range': { headers: { range: 'bytes=-1' } },
  'a range that is outside': { headers: { range: `bytes=${SIZE}-` } },
  'a resumed download': { headers: { range: 'bytes=5000-', 'if-range': files.ETAG } },
  'a resumed download of other bytes': { headers: { range: 'bytes=5000-', 'if-range': '"x"' } },
  'a question whether it changed': { headers: { 'if-none-match': files.ETAG } },
  'one that leaves before an answer': { leaves: -1 },
  'one that leaves before a byte': { leaves: 0 },
  'one that leaves after a byte': { leaves: 1 },
  'one that leaves in the middle': { leaves: SIZE },
  'a range of one that leaves after a byte': { leaves: 1, headers: { range: 'bytes=10-' } },
  'one that closes its side after asking': { halfCloses: true },
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve({ open }: Case, written?: (record: LogRecord) => Promise<void>) {
  const settings = {
    ...SETTINGS,
    gate: { mode: 'stream', holdBytes: 1, holdTime: 60_000, lastBlock: LAST_BLOCK } as const,
  };
  let opened = 0;
  const artifacts = {
    open: async () => {
      opened += 1;
      return open() as Opened;
    },
  };
  const pages = { ...PAGES, find: async () => files.listed };
  const services = stubServices({ pages, artifacts }, settings, written);
  server = createServer(createApp(services, settings));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { services, url, opened: () => opened };
}

/** What has left by now has arrived once another connection has been answered. */
const settle = (url: string) => connect(`${url}/healthz`).ended;

async function ask(
  url: string,
  { headers, method, leaves, halfCloses }: Plan,
  opened: () => number,
) {
  const path = `${url}/files/demo/${files.FILENAME}`;
  if (halfCloses) return connectHalfClosed(path);
  const client = connect(path, headers, method);
  if (leaves === undefined) return client;
  await until(() => opened() > 0);
  if (leaves >= 0) await until(() => client.end !== undefined || client.response !== undefined);
  await until(() => client.end !== undefined || client.received >= leaves);
  client.request.destroy();
  return client;
}

/** The statuses under which requests for files were counted, each as often as it was. */
async function counted({ metrics }: StubServices): Promise<string[]> {
  const text = await metrics.text();
  const lines = text.matchAll(/^wheelgate_requests_total\{route="files",status="(\d+)"\} (\d+)$/gm);
  return [...lines].flatMap(([, status, count]) => Array<string>(Number(count)).fill(status!));
}

/** Decisions by their verdict. */
async function decided({ metrics }: StubServices): Promise<Record<string, number>> {
  const text = await metrics.text();
  const lines = text.matchAll(
    /^wheelgate_downloads_total\{verdict="(\w+)",kind="wheel"\} (\d+)$/gm,
  );
  return Object.fromEntries([...lines].map(([, verdict, count]) => [verdict, Number(count)]));
}

/** What must be in the record and the metrics of one request, as its client has seen the answer. */
async function hold(
  services: StubServices,
  client: RawClient | HalfClosedClient,
  plan: Plan,
  known: Known,
) {
  const [record, ...others] = services.decisions;
  assert.deepEqual(others, [], 'more than one record');
  assert.ok(record !== undefined, 'no record');
  const status = 'status' in client ? client.status : client.response?.statusCode;
  const whole = client.end === 'whole' && (status === 200 || status === 206);
  const stayed = plan.leaves === undefined && !(plan.halfCloses && client.end === 'cut');
  const cut = client.end === 'cut' || (status !== undefined && status >= 500) || status === 404;

  if (status !== undefined) assert.equal(record.status, status);
  if (stayed) assert.equal(record.complete, whole, 'complete is not what the client got');
  else assert.equal(record.complete, false, 'complete, and its client had left');
  assert.ok(record.bytes <= LARGE.length && record.bytes >= (whole ? client.received : 0));
  if (whole && plan.method !== 'HEAD') assert.equal(record.bytes, client.received);

  const early = known.waits && (known.endedEarly || !stayed);
  const refused = known.fate === 'refused' && !early;
  assert.equal(record.verdict, refused ? 'block' : 'allow');
  const unjudged = known.waits && (early || known.fate === 'upstream-broken');
  assert.equal(record.pending, unjudged ? true : undefined, 'pending');
  const broke = stayed && cut && !refused;
  assert.equal(record.failure, broke ? known.fate : undefined, 'failure');

  const verdict = record.pending ? 'pending' : record.verdict;
  const zero = { allow: 0, warn: 0, block: 0, pending: 0 };
  assert.deepEqual(await decided(services), { ...zero, [verdict]: 1 });
  const cause = refused ? 403 : broke ? FAILURES[known.fate as FailureKind].status : status;
  await until(() => client.end !== undefined);
  assert.deepEqual(await counted(services), [String(stayed ? cause : 499)]);
}

interface Known {
  readonly fate: Fate;
  readonly waits: boolean;
  /** Whether the answer came before anybody had judged the file. */
  readonly endedEarly: boolean;
}

describe('the record of a request, and its count,', () => {
  for (const [what, plan] of Object.entries(PLANS))
    for (const [where, make] of Object.entries(CASES)) {
      const bytes = plan.leaves === undefined && !plan.halfCloses ? BYTES : LARGE;
      // When such a client leaves is for chance to say.
      if (make(bytes).atOnce && (plan.leaves !== undefined || plan.halfCloses)) continue;
      it(`tell what became of ${what} for a file ${where}`, async () => {
        const { later, ...given } = make(bytes);
        const { services, url, opened } = await serve(given);
        const client = await ask(url, plan, opened);
        await until(() => opened() > 0);
        for (let turn = 0; turn < 3; turn += 1) await settle(url);
        if (plan.leaves !== undefined) await until(() => services.decisions.length > 0);
        const endedEarly = services.decisions.length > 0;
        later?.();
        await client.ended;
        await until(() => services.decisions.length > 0);
        for (let turn = 0; turn < 2; turn += 1) await settle(url);
        await hold(services, client, plan, {
          fate: given.fate,
          waits: given.waits === true,
          endedEarly,
        });
      });
    }

  it('are one of each for each of two requests on one connection, in whatever order they are ready', async () => {
    const { services, url } = await serve(CASES['on the disk']!(BYTES));
    const { hostname, port } = new URL(url);
    const path = `/files/demo/${files.FILENAME}`;
    const ranges = ['bytes=0-99', 'bytes=0-9', `bytes=${SIZE}-`];
    const asked = ranges.map((range) => `GET ${path} HTTP/1.1\r\nhost: x\r\nrange: ${range}\r\n`);
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.write(`${asked.join('\r\n')}connection: close\r\n\r\n`);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    assert.deepEqual(
      services.decisions
        .map(({ status, bytes, complete }) => ({ status, bytes, complete }))
        .toSorted((a, b) => b.bytes - a.bytes),
      [
        { status: 206, bytes: 100, complete: true },
        { status: 206, bytes: 10, complete: true },
        { status: 416, bytes: 0, complete: false },
      ],
    );
    assert.deepEqual(await counted(services), ['206', '206', '416']);
  });

  for (const [what, bytes, before] of [
    ['the last piece', BYTES, SIZE - 128 * 1024],
    ['all of a small file', BYTES.subarray(0, 1_000), 0],
  ] as const)
    it(`are followed by a word about ${what}, where the client left while the record was written`, async () => {
      let write: () => void = () => {};
      const open = () => files.stored(files.storedBlob(bytes));
      const { services, url } = await serve({ open, fate: 'allowed' }, (record) =>
        'event' in record
          ? Promise.resolve()
          : new Promise<void>((resolve) => {
              write = resolve;
            }),
      );
      const client = connect(`${url}/files/demo/${files.FILENAME}`);
      await until(() => services.decisions.length > 0);
      assert.equal(services.decisions[0]?.complete, true);
      client.request.destroy();
      await client.ended;
      for (let turn = 0; turn < 3; turn += 1) await settle(url);
      write();
      await until(() => services.decisions.length > 1);
      const [record, cut, ...others] = services.decisions;
      assert.deepEqual(others, []);
      assert.deepEqual(cut as unknown, {
        event: 'cut',
        time: '1970-01-01T00:00:00.000Z',
        request: record?.request,
        project: 'demo',
        version: record?.version,
        filename: files.FILENAME,
        sha256: record?.sha256,
        user: record?.user,
        bytes: before,
      });
      assert.deepEqual(await counted(services), ['499']);
    });

  it('say of a page whose client leaves in the middle that it has left', async () => {
    const large = { ...PAGE, body: LARGE };
    const services = stubServices({ pages: { ...PAGES, ready: () => large } });
    server = createServer(createApp(services, SETTINGS));
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = connect(`${url}/simple/demo/`);
    await until(() => client.received > 0);
    client.request.destroy();
    const whole = connect(`${url}/simple/demo/`);
    await whole.ended;
    await settle(url);
    const text = await services.metrics.text();
    for (const status of [200, 499])
      assert.match(text, new RegExp(`requests_total{route="simple",status="${status}"} 1\n`));
  });
});
