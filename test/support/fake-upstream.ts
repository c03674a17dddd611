import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Distribution } from './distributions.js';

/** A fault of one path. */
export type Fault =
  /** Responds with a status. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Responds with a status and a body that waits for `release`. */
  | { readonly kind: 'endless-status'; readonly status: number }
  /** Accepts the request and does not respond before `release`. */
  | { readonly kind: 'silence' }
  /** Responds with a status after `release` is called. */
  | {
      readonly kind: 'late-status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Sends one byte per interval, in milliseconds; a request for the rest gets it at once, or in the same way. */
  | { readonly kind: 'drip'; readonly every: number; readonly endless?: boolean }
  /** Sends another body as a valid response. */
  | { readonly kind: 'body'; readonly body: string }
  /** Sends the whole body under any `Content-Encoding`. */
  | { readonly kind: 'encoding'; readonly encoding: string }
  /** Closes the connection before a response. */
  | { readonly kind: 'drop' }
  /** Announces the whole body, and closes the connection after this many bytes. */
  | { readonly kind: 'truncate'; readonly after: number; readonly chunked?: boolean }
  /** Closes the connection after this many bytes of each response, and supports requests for the rest. */
  | { readonly kind: 'break'; readonly after: number; readonly etag?: string }
  /** Sends fewer bytes as a valid response. */
  | { readonly kind: 'shorten'; readonly to: number; readonly chunked?: boolean }
  /** Changes one byte of the body. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** Sends this many bytes, then waits for `release`; a request for the rest gets it at once, if ranges are enabled. */
  | { readonly kind: 'stall'; readonly after: number; readonly ranges?: boolean }
  /** Sends the body without announcing its length. */
  | { readonly kind: 'unannounced' }
  | { readonly kind: 'redirect'; readonly to: string }
  /** Responds to ranges with other bytes, and to a full request with the body itself. */
  | { readonly kind: 'other-parts'; readonly bytes: Buffer }
  /** Custom responses to ranges; the file itself is correct. */
  | { readonly kind: 'parts'; readonly answer: (bytes: Buffer, range: string) => PartAnswer };

export interface PartAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A file's entry on the page, if it differs from the file's actual properties. */
export interface Listing {
  readonly dist: Distribution;
  readonly yanked?: boolean | string;
  /** Default: 2020; no time if null, or in HTML. */
  readonly uploadTime?: string | null;
  readonly requiresPython?: string;
  /** A false digest, or none. */
  readonly sha256?: string | null;
  /** Replaces the sha256: all digests in JSON, and the fragment in HTML. */
  readonly hashes?: Readonly<Record<string, unknown>> | null;
  readonly fragment?: string;
  readonly sidecar?: Buffer;
  readonly declaredMetadata?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly url?: string;
}

export interface FakeUpstream {
  /** The URL of its simple index. */
  readonly url: string;
  readonly host: string;
  addProject(name: string, listings: readonly (Listing | Distribution)[], page?: object): void;
  /** Serves any body under a path. */
  serve(path: string, body: string | Buffer, contentType: string): void;
  removeProject(name: string): void;
  /** @param times the number of affected requests; by default all */
  fault(path: string, fault: Fault | undefined, times?: number): void;
  /** Continues stalled bodies. */
  release(): void;
  /** The number of requests for a path. */
  requests(path: string): number;
  /** The headers of the last request for a path. */
  lastHeaders(path: string): IncomingMessage['headers'] | undefined;
  /** Whether it only supports HTML. */
  htmlOnly: boolean;
  /** Whether it rejects ranges with an end, or from the file's end. */
  noParts: boolean;
  close(): Promise<void>;
}

interface Body {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** A package index on loopback that lies, stalls and disconnects on demand. */
export async function startFakeUpstream(): Promise<FakeUpstream> {
  const pages = new Map<string, { listings: Listing[]; page: object }>();
  const bodies = new Map<string, Body>();
  const faults = new Map<string, Fault>();
  const faultsLeft = new Map<string, number>();
  const counts = new Map<string, number>();
  const headers = new Map<string, IncomingMessage['headers']>();
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];

  const server: Server = createServer((req, res) => {
    const path = decodeURIComponent((req.url ?? '').split('?')[0]!);
    counts.set(path, (counts.get(path) ?? 0) + 1);
    headers.set(path, req.headers);
    const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    const entry = project === undefined ? undefined : pages.get(project);
    const body = entry === undefined ? bodies.get(path) : render(project!, entry, fake.htmlOnly);
    const fault = faults.get(path);
    const left = (faultsLeft.get(path) ?? Number.POSITIVE_INFINITY) - 1;
    faultsLeft.set(path, left);
    if (left === 0) faults.delete(path);
    void answer(req, res, body, fault);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  async function answer(
    req: IncomingMessage,
    res: ServerResponse,
    body: Body | undefined,
    fault: Fault | undefined,
  ): Promise<void> {
    if (fault?.kind === 'drop') return void req.socket.destroy();
    if (fault?.kind === 'redirect') return void res.writeHead(302, { location: fault.to }).end();
    if (fault?.kind === 'silence') {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return void req.socket.destroy();
    }
    if (fault?.kind === 'endless-status') {
      res.writeHead(fault.status, { 'content-length': 1_000 }).write('so ');
      await new Promise<void>((resolve) => waiting.push(resolve));
      return void req.socket.destroy();
    }
    if (fault?.kind === 'late-status') {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return void res.writeHead(fault.status, fault.headers).end();
    }
    if (fault?.kind === 'status') return void res.writeHead(fault.status, fault.headers).end();
    if (body === undefined) return void res.writeHead(404).end();
    if (fault?.kind === 'parts' && req.headers.range !== undefined) {
      const part = fault.answer(body.bytes, req.headers.range);
      return void res.writeHead(part.status, part.headers).end(part.body);
    }
    if (!fake.noParts && (fault === undefined || fault.kind === 'other-parts')) {
      const part = partOf(req.headers.range, fault?.bytes ?? body.bytes);
      if (part !== undefined) return void res.writeHead(206, part.headers).end(part.bytes);
    }
    const etag = `"${createHash('sha256').update(body.bytes).digest('hex').slice(0, 16)}"`;
    if (fault?.kind === 'break')
      return breakOff(req, res, body.bytes, fault.etag ?? etag, fault.after);
    if (fault?.kind === 'stall' && fault.ranges) {
      const rest = begin(req, res, body.bytes, etag);
      const now = Math.max(0, fault.after - (body.bytes.length - rest.length));
      if (now === 0 && rest.length < body.bytes.length) return void res.end(rest);
      res.write(rest.subarray(0, now));
      await new Promise<void>((resolve) => waiting.push(resolve));
      return void res.end(rest.subarray(now));
    }
    if (fault?.kind === 'drip') return drip(req, res, body.bytes, etag, fault);
    if (req.headers['if-none-match'] === etag) return void res.writeHead(304, { etag }).end();
    let { bytes } = body;
    if (fault?.kind === 'corrupt') {
      bytes = Buffer.from(bytes);
      bytes[fault.at] = bytes[fault.at]! ^ 0xff;
    }
    if (fault?.kind === 'shorten') bytes = bytes.subarray(0, fault.to);
    if (fault?.kind === 'body') bytes = Buffer.from(fault.body);
    const unannounced = fault?.kind === 'unannounced' || (fault && 'chunked' in fault);
    const length = unannounced ? {} : { 'content-length': bytes.length };
    const encoding = fault?.kind === 'encoding' ? { 'content-encoding': fault.encoding } : {};
    res.writeHead(200, { 'content-type': body.contentType, etag, ...length, ...encoding });
    if (fault?.kind === 'truncate') {
      res.write(bytes.subarray(0, fault.after), () => req.socket.destroy());
      return;
    }
    if (fault?.kind === 'stall') {
      res.write(bytes.subarray(0, fault.after));
      await new Promise<void>((resolve) => waiting.push(resolve));
      res.end(bytes.subarray(fault.after));
      return;
    }
    res.end(bytes);
  }

  /** The requested body, whole or from an offset, after sending its headers. */
  function begin(req: IncomingMessage, res: ServerResponse, bytes: Buffer, etag: string): Buffer {
    const from = Number(/^bytes=(\d+)-$/.exec(req.headers.range ?? '')?.[1] ?? 0);
    const whole = from === 0 || req.headers['if-range'] !== etag;
    const body = whole ? bytes : bytes.subarray(from);
    res.writeHead(whole ? 200 : 206, {
      'content-length': body.length,
      'accept-ranges': 'bytes',
      etag,
      ...(!whole && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    return body;
  }

  function drip(
    req: IncomingMessage,
    res: ServerResponse,
    bytes: Buffer,
    etag: string,
    { every, endless }: Extract<Fault, { kind: 'drip' }>,
  ): void {
    const body = begin(req, res, bytes, etag);
    if (body.length < bytes.length && !endless) return void res.end(body);
    let at = 0;
    const timer = setInterval(() => {
      res.write(body.subarray(at, at + 1));
      at += 1;
    }, every);
    res.once('close', () => clearInterval(timer));
  }

  function breakOff(
    req: IncomingMessage,
    res: ServerResponse,
    bytes: Buffer,
    etag: string,
    after: number,
  ): void {
    const body = begin(req, res, bytes, etag);
    if (body.length <= after) res.end(body);
    else res.write(body.subarray(0, after), () => req.socket.destroy());
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const fake: FakeUpstream = {
    url: `http://${host}/simple/`,
    host,
    htmlOnly: false,
    noParts: false,
    addProject(name, given, page = {}) {
      const listings = given.map((one) => ('dist' in one ? one : { dist: one }));
      pages.set(name, { listings, page });
      for (const { dist, sidecar } of listings) {
        const path = `/packages/${name}/${dist.filename}`;
        bodies.set(path, { bytes: dist.bytes, contentType: 'application/octet-stream' });
        const metadata = sidecar ?? dist.metadata;
        if (metadata !== undefined)
          bodies.set(`${path}.metadata`, { bytes: metadata, contentType: 'text/plain' });
      }
    },
    serve(path, body, contentType) {
      bodies.set(path, { bytes: Buffer.from(body), contentType });
    },
    removeProject(name) {
      pages.delete(name);
    },
    fault(path, fault, times = Number.POSITIVE_INFINITY) {
      faultsLeft.set(path, times);
      if (fault === undefined) faults.delete(path);
      else faults.set(path, fault);
    },
    release() {
      const going = waiting;
      waiting = [];
      for (const go of going) go();
    },
    requests: (path) => counts.get(path) ?? 0,
    lastHeaders: (path) => headers.get(path),
    async close() {
      fake.release();
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return fake;
}

/** The bytes of a range that ends before the file, or counts from its end. */
function partOf(range: string | undefined, bytes: Buffer) {
  const [, from, to, last] = /^bytes=(?:(\d+)-(\d+)|-(\d+))$/.exec(range ?? '') ?? [];
  if (from === undefined && last === undefined) return undefined;
  const start = last === undefined ? Number(from) : Math.max(0, bytes.length - Number(last));
  const end = last === undefined ? Math.min(Number(to) + 1, bytes.length) : bytes.length;
  return {
    headers: { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` },
    bytes: bytes.subarray(start, end),
  };
}

/** The path of a file on the fake upstream. */
export function packagePath(project: string, filename: string): string {
  return `/packages/${project}/${filename}`;
}

function render(
  name: string,
  { listings, page }: { listings: Listing[]; page: object },
  html: boolean,
): Body {
  const files = listings.map((listing) => {
    const { dist } = listing;
    const sha256 = listing.sha256 === undefined ? dist.sha256 : listing.sha256;
    const metadata = listing.sidecar ?? dist.metadata;
    const digest =
      listing.declaredMetadata ?? (metadata && createHash('sha256').update(metadata).digest('hex'));
    return {
      listing,
      dist,
      sha256,
      digest,
      url: listing.url ?? `../../packages/${name}/${dist.filename}`,
    };
  });
  if (html) {
    const links = files.map(({ dist, sha256, digest, listing, url }) => {
      const yanked =
        listing.yanked === undefined
          ? ''
          : ` data-yanked="${listing.yanked === true ? '' : listing.yanked}"`;
      const metadata = digest === undefined ? '' : ` data-core-metadata="sha256=${digest}"`;
      const python =
        listing.requiresPython === undefined
          ? ''
          : ` data-requires-python="${listing.requiresPython.replaceAll('>', '&gt;')}"`;
      const fragment = listing.fragment ?? (sha256 === null ? '' : `#sha256=${sha256}`);
      return `<a href="${url}${fragment}"${yanked}${metadata}${python}>${dist.filename}</a>`;
    });
    return {
      bytes: Buffer.from(`<!DOCTYPE html><html><body>\n${links.join('<br>\n')}\n</body></html>`),
      contentType: 'text/html',
    };
  }
  const document = {
    meta: { 'api-version': '1.1' },
    name,
    versions: [],
    files: files.map(({ dist, sha256, digest, listing, url }) => ({
      filename: dist.filename,
      url,
      hashes: listing.hashes !== undefined ? listing.hashes : sha256 === null ? {} : { sha256 },
      yanked: listing.yanked ?? false,
      size: dist.bytes.length,
      ...(listing.uploadTime !== null && {
        'upload-time': listing.uploadTime ?? '2020-01-01T00:00:00.000000Z',
      }),
      ...(listing.requiresPython !== undefined && { 'requires-python': listing.requiresPython }),
      ...(digest !== undefined && { 'core-metadata': { sha256: digest } }),
      ...listing.extra,
    })),
    ...page,
  };
  return {
    bytes: Buffer.from(JSON.stringify(document)),
    contentType: 'application/vnd.pypi.simple.v1+json',
  };
}
