import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A fault of every request, or of those with one method. */
export type S3Fault =
  /** Closes the connection without a response. */
  | { readonly kind: 'drop'; readonly method?: string }
  /** Accepts the request and never responds. */
  | { readonly kind: 'silence'; readonly method?: string }
  /** Responds with an S3 error. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly method?: string;
    }
  /** Responds 200 with the XML of an error. */
  | { readonly kind: 'error-in-200'; readonly method?: string }
  /** Announces the full length, and closes the connection halfway. */
  | { readonly kind: 'truncate'; readonly method?: string }
  /** Sends the same number of other bytes. */
  | { readonly kind: 'other-bytes'; readonly method?: string }
  /** Sends half of it as a valid response. */
  | { readonly kind: 'shorten'; readonly method?: string }
  /** Declares another length, and sends as many zeros. */
  | { readonly kind: 'lie'; readonly length: number; readonly method?: string }
  /** Responds with an error of infinite length. */
  | { readonly kind: 'endless-error'; readonly status: number; readonly method?: string }
  /** Sends one byte per interval, in milliseconds. */
  | { readonly kind: 'drip'; readonly every: number; readonly method?: string }
  /** Sends the first piece and then stalls forever. */
  | { readonly kind: 'stall'; readonly method?: string };

/** An S3-compatible store in memory with faults on demand. It ignores signatures. */
export interface FakeS3 {
  readonly url: string;
  /** By key. */
  readonly objects: Map<string, Buffer>;
  /** When each was stored, in milliseconds since 1970; the present for missing ones. */
  readonly times: Map<string, number>;
  /** Unfinished multipart uploads, by id. */
  readonly uploads: Map<string, Map<number, Buffer>>;
  fault: S3Fault | undefined;
  /** The number of requests with a method. */
  requests(method: string): number;
  close(): Promise<void>;
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>';

export async function startFakeS3(): Promise<FakeS3> {
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  const server = createServer((req, res) => {
    const { method = '' } = req;
    counts.set(method, (counts.get(method) ?? 0) + 1);
    void answer(req, res).catch(() => req.socket.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const fake: FakeS3 = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    times: new Map(),
    uploads: new Map(),
    fault: undefined,
    requests: (method) => counts.get(method) ?? 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', fake.url);
    // The bucket is the first segment.
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const { fault } = fake;
    const isFaulty = fault !== undefined && (fault.method ?? req.method) === req.method;
    if (isFaulty && fault.kind === 'drop') return void req.socket.destroy();
    const body = Buffer.concat(await req.toArray());
    if (isFaulty && fault.kind === 'silence') return;
    if (isFaulty && fault.kind === 'error') return fail(res, fault.status, fault.code);
    if (isFaulty && fault.kind === 'endless-error') return endless(res, fault.status);
    if (isFaulty && fault.kind === 'error-in-200') return fail(res, 200, 'InternalError');
    if (req.method === 'GET' && url.searchParams.has('list-type'))
      return list(res, url.searchParams.get('prefix') ?? '');
    if (req.method === 'GET') return send(req, res, key, isFaulty ? fault : undefined);
    if (req.method === 'PUT') return store(req, res, key, url.searchParams, body);
    if (req.method === 'POST') return compose(res, key, url.searchParams);
    fake.uploads.delete(url.searchParams.get('uploadId') ?? '');
    res.writeHead(204).end();
  }

  /** The direct content of a prefix, with its folders. */
  function list(res: ServerResponse, prefix: string): void {
    const found = new Set<string>();
    for (const key of fake.objects.keys()) {
      if (!key.startsWith(prefix)) continue;
      const slash = key.indexOf('/', prefix.length);
      found.add(slash === -1 ? key : key.slice(0, slash + 1));
    }
    const entries = [...found].sort().map((key) => {
      if (key.endsWith('/')) return `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`;
      return `<Contents><Key>${key}</Key><Size>1</Size></Contents>`;
    });
    res.setHeader('content-type', 'application/xml');
    res.end(
      `${XML}<ListBucketResult><IsTruncated>false</IsTruncated>${entries.join('')}</ListBucketResult>`,
    );
  }

  function send(
    req: IncomingMessage,
    res: ServerResponse,
    key: string,
    fault: S3Fault | undefined,
  ): void {
    const bytes = fake.objects.get(key);
    if (bytes === undefined) return fail(res, 404, 'NoSuchKey');
    if (fault?.kind === 'lie') {
      res.writeHead(200, { 'content-length': fault.length });
      return endless(res);
    }
    const half = bytes.subarray(0, bytes.length / 2);
    const length = fault?.kind === 'shorten' ? half.length : bytes.length;
    const lastModified = new Date(fake.times.get(key) ?? Date.now()).toUTCString();
    res.writeHead(200, { 'content-length': length, 'last-modified': lastModified });
    if (fault?.kind === 'truncate') res.write(half, () => req.socket.destroy());
    else if (fault?.kind === 'stall') res.write(half);
    else if (fault?.kind === 'drip') drip(res, bytes, fault.every);
    else if (fault?.kind === 'shorten') res.end(half);
    else res.end(fault?.kind === 'other-bytes' ? randomBytes(bytes.length) : bytes);
  }

  function store(
    req: IncomingMessage,
    res: ServerResponse,
    key: string,
    query: URLSearchParams,
    body: Buffer,
  ): void {
    const upload = query.get('uploadId');
    if (upload !== null) {
      const parts = fake.uploads.get(upload);
      if (parts === undefined) return fail(res, 404, 'NoSuchUpload');
      parts.set(Number(query.get('partNumber')), body);
    } else if (req.headers['x-amz-copy-source'] !== undefined) {
      fake.times.delete(key);
      res.setHeader('content-type', 'application/xml');
      return void res.end(`${XML}<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>`);
    } else fake.objects.set(key, body);
    res.writeHead(200, { etag: '"e"' }).end();
  }

  function compose(res: ServerResponse, key: string, query: URLSearchParams): void {
    res.setHeader('content-type', 'application/xml');
    if (query.has('uploads')) {
      const id = randomBytes(8).toString('hex');
      fake.uploads.set(id, new Map());
      const result = `<Bucket>wheels</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`;
      return void res.end(
        `${XML}<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`,
      );
    }
    const id = query.get('uploadId') ?? '';
    const parts = fake.uploads.get(id);
    if (parts === undefined) return fail(res, 404, 'NoSuchUpload');
    const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
    fake.objects.set(key, Buffer.concat(inOrder));
    fake.uploads.delete(id);
    res.end(
      `${XML}<CompleteMultipartUploadResult><Key>${key}</Key><ETag>"e"</ETag></CompleteMultipartUploadResult>`,
    );
  }
  return fake;
}

function fail(res: ServerResponse, status: number, code: string): void {
  res.writeHead(status, { 'content-type': 'application/xml' });
  res.end(`${XML}<Error><Code>${code}</Code><Message>injected</Message></Error>`);
}

/** Sends zeros until the client disconnects. @param status of a response that has not started */
function endless(res: ServerResponse, status?: number): void {
  if (status !== undefined) res.writeHead(status, { 'content-type': 'application/xml' });
  const piece = Buffer.alloc(64 * 1024);
  const goOn = () => {
    while (!res.destroyed && res.write(piece));
  };
  res.on('drain', goOn);
  goOn();
}

function drip(res: ServerResponse, bytes: Buffer, every: number): void {
  let at = 0;
  const timer = setInterval(() => {
    at += 1;
    if (at < bytes.length && !res.destroyed) res.write(bytes.subarray(at - 1, at));
    else clearInterval(timer);
  }, every);
  res.on('close', () => clearInterval(timer));
}
