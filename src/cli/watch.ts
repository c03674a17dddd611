import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuditPolicy } from '../audit/audit-policy.js';
import { locateEnvironment } from '../audit/environment/locate.js';
import type { Pace, WatchEvent } from '../audit/watch/events.js';
import { WatchMetrics } from '../audit/watch/metrics.js';
import { Monitor } from '../audit/watch/monitor.js';
import { FolderNotices } from '../audit/watch/notices.js';
import { hostAndPort } from '../config/terms.js';
import { expectedGot } from '../messages/settings.js';
import type { PolicyMeaning } from '../policy/merge.js';
import { PolicyWatcher } from '../policy/watcher.js';
import { ServiceSignals } from '../runtime/service-signals.js';
import { systemTimers } from '../runtime/timers.js';
import { describe } from '../yaml/discretion.js';
import { formatProblem } from '../yaml/problem.js';
import { EXIT, type Output, UsageError } from './output.js';
import { loadOwnFeed } from './own-feed.js';
import { ownPolicies } from './own-policy.js';

/** How often the file of the malware feed is read again, in milliseconds. */
const FEED_INTERVAL = 10 * 60_000;

export interface WatchOptions {
  readonly policies?: string;
  /** The data folder with the malware feed. */
  readonly data?: string;
  readonly listen?: string;
  readonly json?: boolean;
  /** Seconds between two full scans, regardless of file system events. */
  readonly poll?: string;
}

/**
 * `wheelgate watch`: reports the changes in an environment until SIGTERM or SIGINT, one line per event, as JSON with
 * `--json` or without a terminal. SIGHUP reloads the policy.
 */
export async function runWatch(path: string, options: WatchOptions, out: Output): Promise<number> {
  const asJson = options.json === true || !process.stdout.isTTY;
  const poll = pollTime(options.poll);
  const address = options.listen === undefined ? undefined : addressOf(options.listen);
  await locateEnvironment(path);
  const signals = new ServiceSignals();
  const metrics = new WatchMetrics();
  let hooks: PolicyMeaning['hooks'] = [];
  const { folder } = ownPolicies(options.policies);
  const policies = await PolicyWatcher.start(folder === undefined ? [] : [folder], {
    onLoad: ({ meaning }) => {
      hooks = meaning?.hooks ?? [];
    },
    onProblem: (problems) => {
      metrics.policyRefused();
      out.problem(
        'the policy edit is invalid and was rejected; the previous policy stays in force:',
      );
      for (const problem of problems) out.problem(formatProblem(problem));
    },
  });
  let feed = await loadOwnFeed(options.data);
  let feedTimer: NodeJS.Timeout | undefined;
  let server: Server | undefined;
  let monitor: Monitor | undefined;
  try {
    server = address === undefined ? undefined : await listen(address, metrics, out);
    monitor = await Monitor.start({
      path,
      policy: (now) => new AuditPolicy(policies.current, now, feed),
      knownFor: (file) => hooks.filter((hook) => hook.file === file).map(({ project }) => project),
      notices: (onChange) => new FolderNotices(onChange),
      timers: systemTimers,
      ...(poll === undefined ? {} : { alwaysPoll: true, times: { poll } }),
      onEvent: (event) => {
        metrics.event(event);
        if (asJson) out.json(event, 0);
        else out.line(inWords(event));
      },
      onLook: (look) => metrics.look(look, Date.now()),
    });
    const watching = monitor;
    policies.onChange(() => watching.refresh());
    // Another server that shares the folder may update the feed.
    feedTimer = setInterval(async () => {
      const { revision } = feed;
      feed = await loadOwnFeed(options.data).catch(() => feed);
      if (feed.revision !== revision) watching.refresh();
    }, FEED_INTERVAL);
    signals.onReload(() => void policies.reload());
    await signals.stopped;
  } finally {
    clearInterval(feedTimer);
    monitor?.close();
    policies.close();
    server?.close();
    server?.closeAllConnections();
  }
  return EXIT.fine;
}

/** @returns milliseconds; undefined if polling was not requested @throws {UsageError} */
function pollTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > 86_400)
    throw new UsageError(`--poll: expected 1 to 86400 seconds, got ${text}`);
  return seconds * 1000;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws {UsageError} if it is not HOST:PORT */
function addressOf(text: string): Address {
  const parsed = hostAndPort().safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `--listen: ${expectedGot('HOST:PORT such as 127.0.0.1:8080 or [::1]:8080', describe(text))}`,
  );
}

/** `/metrics` for Prometheus, `/healthz` for liveness probes. */
async function listen(
  { host: wanted, port: wantedPort }: Address,
  metrics: WatchMetrics,
  out: Output,
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url?.replace(/\?.*$/s, '');
    if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405).end();
    else if (path === '/healthz') response.end('ok\n');
    else if (path !== '/metrics') response.writeHead(404).end();
    else
      metrics.registry.metrics().then(
        (text) => response.setHeader('content-type', metrics.registry.contentType).end(text),
        (error: Error) => response.destroy(error),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => reject(new UsageError(`--listen: ${message}`)));
    server.listen(wantedPort, wanted, resolve);
  });
  const { address: host, port, family } = server.address() as AddressInfo;
  out.problem(`metrics on http://${family === 'IPv6' ? `[${host}]` : host}:${port}/metrics`);
  return server;
}

function inWords(event: WatchEvent): string {
  return `${event.time.slice(0, 19).replace('T', ' ')}  ${event.event.padEnd(9)}  ${detailOf(event)}`;
}

function detailOf(event: WatchEvent): string {
  switch (event.event) {
    case 'finding':
    case 'resolved':
      return `${event.code}: ${event.detail}`;
    case 'installed':
    case 'removed':
    case 'changed':
      return `${event.project} ${event.version ?? 'without a version'}`;
    case 'watching':
      return `${event.path}, policy revision ${event.policy}${pace(event)}`;
    case 'gone':
    case 'error':
      return event.reason;
    case 'back':
      return `${event.path}${pace(event)}`;
  }
}

function pace({ polled, every }: Pace): string {
  if (polled === undefined) return '';
  const why =
    polled === 'asked for' ? 'requested' : `${polled} does not notify of changes by other machines`;
  return `; looking every ${every} s: ${why}`;
}
