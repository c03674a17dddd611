import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'http-proxy-middleware';
import { Failure } from '../../domain/failure.js';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import { parseVersion } from '../../domain/version.js';
import type { RewrittenDocument } from '../../project-pages/legacy/documents.js';
import { endsUnmarked, foreignCoding } from '../../runtime/body-end.js';
import { collect } from '../../runtime/collect.js';
import type { Upstream } from '../../upstream/upstream.js';
import type { Handler } from '../asked.js';
import { baseUrlReader } from '../base-url.js';
import { pathSegments } from '../path.js';
import { sendFailure } from '../problem.js';
import type { HttpSettings, Services } from '../services.js';

/** The longest document that is passed through unchanged, in bytes: provenance has several kilobytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** State of a request until the upstream responds. */
interface Passing {
  readonly path: string;
  /** Creates the body for the client; absent if it passes unchanged. */
  readonly rewrite?: (body: AsyncIterable<Uint8Array>) => Promise<RewrittenDocument>;
}

const passing = new WeakMap<IncomingMessage, Passing>();

/**
 * `GET /pypi/{project}/json` and `/pypi/{project}/{version}/json`: PyPI's JSON API, with the content of the project
 * page.
 */
export function legacyJsonRoute(services: Services, settings: HttpSettings): Handler {
  const baseUrl = baseUrlReader(settings);
  const pass = passer(services);
  return async (req, res) => {
    const [, name = '', ...rest] = pathSegments(req.url ?? '') ?? [];
    const project = parseProjectName(name);
    const version = rest.length === 2 ? parseVersion(rest[0]!) : undefined;
    const sound = rest.at(-1) === 'json' && (rest.length === 1 || version !== undefined);
    if (project === undefined || !sound)
      throw new Failure('not-found', 'Metadata is at /pypi/{project}/json.');
    const path = version === undefined ? [project] : [project, encodeURIComponent(version)];
    const base = baseUrl(req);
    await pass(req, res, project, {
      path: `/pypi/${path.join('/')}/json`,
      // Judged after the upstream's response, so it reflects the latest refusals.
      rewrite: (body) =>
        services.legacyDocuments.rewrite({
          body,
          judged: () => services.pages.judged(project),
          whole: version === undefined,
          base,
        }),
    });
  };
}

/** `GET /integrity/{project}/{version}/{filename}/provenance` (PEP 740). */
export function integrityRoute(services: Services): Handler {
  const pass = passer(services);
  return async (req, res) => {
    const [, name = '', version = '', filename = '', last, ...rest] =
      pathSegments(req.url ?? '') ?? [];
    const project = parseProjectName(name);
    if (project === undefined || version === '' || last !== 'provenance' || rest.length > 0)
      throw new Failure(
        'not-found',
        'Provenance is at /integrity/{project}/{version}/{filename}/provenance.',
      );
    await services.pages.find(project, filename);
    const path = [project, version, filename].map(encodeURIComponent).join('/');
    await pass(req, res, project, { path: `/integrity/${path}/provenance` });
  };
}

/** Creates the pass-through for metadata. It carries no artifacts, and its links lead through the gate. */
function passer({ pages }: Services) {
  /** By the way out to an upstream, which is another once its certificate is. */
  const proxies = new WeakMap<Agent, Promise<RequestHandler>>();

  async function proxyOf(upstream: Upstream): Promise<RequestHandler> {
    const agent = await upstream.agent();
    const known = proxies.get(agent);
    if (known !== undefined) return known;
    const proxy = proxyTo(upstream, agent);
    proxies.set(agent, proxy);
    return proxy;
  }

  return async (
    req: IncomingMessage,
    res: ServerResponse,
    project: ProjectName,
    what: Passing,
  ): Promise<void> => {
    const upstream = await pages.source(project);
    const proxy = await proxyOf(upstream);
    const authorization = await upstream.authorization();
    passing.set(req, what);
    // Forwards no client headers. Set here, not in the proxy's own event: behind an egress proxy the headers have
    // already been sent by then.
    req.headers = {
      accept: req.headers.accept ?? '*/*',
      'accept-encoding': 'identity',
      ...(authorization !== undefined && { authorization }),
    };
    await proxy(req, res, () => {});
  };
}

/** One proxy per upstream: its origin, its credentials, and none of the client's. */
async function proxyTo(upstream: Upstream, agent: Agent): Promise<RequestHandler> {
  // Loaded with the first request: many never ask for metadata here.
  const { createProxyMiddleware } = await import('http-proxy-middleware');
  return createProxyMiddleware({
    target: upstream.origin,
    agent,
    changeOrigin: true,
    // A HEAD also describes the document as it is served here.
    method: 'GET',
    // Without a byte; in all, see below.
    proxyTimeout: upstream.pageTimeout,
    // Never `responseInterceptor`: it buffers a body of any length.
    selfHandleResponse: true,
    pathRewrite: (_path, req) => passing.get(req)!.path,
    on: {
      proxyRes: (proxyRes, req, res) => {
        endInTime(proxyRes, upstream);
        relay(proxyRes, res as ServerResponse, passing.get(req)?.rewrite).catch((error: unknown) =>
          error instanceof Failure
            ? sendFailure(res as ServerResponse, error.kind, error.message)
            : answerBadly(res as ServerResponse, 'The transfer from the upstream was interrupted.'),
        );
      },
      error: (_error, _req, res) => {
        if ('statusCode' in res)
          sendFailure(
            res,
            'upstream-unreachable',
            `The upstream ${upstream.name} did not respond.`,
          );
      },
    },
  });
}

/** Ends a document that arrives too slowly. */
function endInTime(from: IncomingMessage, { name, pageTimeout }: Upstream): void {
  // The idle timeout has the same length, and would compete with ours for the error message.
  from.socket.setTimeout(0);
  const timer = setTimeout(() => {
    const what = `The upstream ${name} did not respond in time.`;
    from.destroy(new Failure('upstream-unreachable', what));
  }, pageTimeout);
  from.once('close', () => clearTimeout(timer));
}

async function relay(
  from: IncomingMessage,
  res: ServerResponse,
  rewrite: Passing['rewrite'],
): Promise<void> {
  if (from.statusCode !== 200) {
    from.resume();
    if (from.statusCode === 404)
      return sendFailure(res, 'not-found', 'The upstream has no such document.');
    return answerBadly(res, `The upstream answered with status ${from.statusCode}.`);
  }
  const coding = foreignCoding(from.headers);
  if (coding !== undefined) {
    from.destroy();
    return answerBadly(res, `The upstream used the transfer coding "${coding}".`);
  }
  const { size, body } = await (rewrite ?? asItIs)(from);
  res.statusCode = 200;
  res.setHeader('content-type', from.headers['content-type'] ?? 'application/json');
  res.setHeader('content-length', size);
  res.setHeader('cache-control', 'max-age=60');
  res.setHeader('x-content-type-options', 'nosniff');
  if (res.req.method !== 'HEAD') return pipeline(body, res);
  body.destroy();
  res.end();
}

async function asItIs(from: IncomingMessage): Promise<RewrittenDocument> {
  const body = await collect(from, MAX_BYTES, tooLong);
  if (endsUnmarked(from.headers) && !isJson(body))
    throw new Failure('upstream-broken', 'The transfer from the upstream was interrupted.');
  return { size: body.length, body: Readable.from([body], { objectMode: false }) };
}

/** Such a document says itself that it is whole. */
function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function tooLong(): Failure {
  return new Failure('upstream-broken', `The upstream's document exceeds ${MAX_BYTES} bytes.`);
}

function answerBadly(res: ServerResponse, detail: string): void {
  sendFailure(res, 'upstream-broken', detail);
}
