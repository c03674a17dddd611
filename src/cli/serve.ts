import cluster from 'node:cluster';
import type { Config } from '../config/config.js';
import { configFileOf, loadConfig } from '../config/load.js';
import { dashboardAt, listensOn } from '../messages/start.js';
import { endOnFatal } from '../runtime/fatal.js';
import { letTheHeapGrow } from '../runtime/heap-growth.js';
import { createLog, type Log } from '../runtime/log.js';
import { VERSION } from '../runtime/package-root.js';
import { ServiceSignals } from '../runtime/service-signals.js';
import { EXIT, type Output } from './output.js';

export interface ServeOptions {
  readonly config?: string;
  readonly listen?: string;
  readonly upstream?: string;
  readonly policies?: string;
  readonly data?: string;
  readonly workers?: string;
  readonly redis?: string;
  readonly s3?: string;
}

interface Where {
  readonly address: string;
  readonly port: number;
}

/** The running server, as one process or several. */
interface Serving {
  listen(): Promise<Where>;
  readonly dashboardAddress: Where | undefined;
  /** That of the policy in force. */
  readonly mode: string;
  reload(): void;
  close(): Promise<void>;
}

/**
 * `wheelgate serve`: runs until SIGTERM or SIGINT, then finishes open requests; a second signal ends it at once. SIGHUP
 * reloads policy, tokens and pins at any time.
 */
export async function runServe(options: ServeOptions, out: Output): Promise<number> {
  if (cluster.isWorker) {
    const { runWorker } = await import('../workers/worker.js');
    await runWorker({ now: Date.now, env: process.env });
    return EXIT.fine;
  }
  const signals = new ServiceSignals();
  const sources = {
    file: options.config,
    env: process.env,
    flags: {
      listen: options.listen,
      upstream: options.upstream,
      policies: options.policies,
      data: options.data,
      'serve.workers': options.workers,
      'redis.url': options.redis,
      s3: options.s3,
    },
  };
  const config = loadConfig(sources);
  const log = createLog(config.log.level);
  let serving: Serving | undefined;
  endOnFatal(log, async () => serving?.close());
  serving = await create(config, log);
  signals.onReload(() => {
    log.info('SIGHUP: reading the policy, the tokens and the pins');
    serving.reload();
  });
  tellOfStart(log, config, configFileOf(sources), serving.mode);
  if (!signals.isStopping) await listen(serving, config, signals, out);
  const signal = await signals.stopped;
  log.info({ signal }, 'stopping');
  await serving.close();
  return EXIT.fine;
}

/** Logs the settings in one line, as the starting point for finding a mistake in them. */
function tellOfStart(log: Log, config: Config, file: string | undefined, mode: string): void {
  const { upstreams, policies, data, serve } = config;
  const about = {
    version: VERSION,
    config: file ?? 'none',
    upstreams: upstreams.map(({ name, url }) => `${name}: ${url}`),
    policies: policies ?? 'shipped',
    data,
    workers: serve.workers,
    mode,
  };
  log.info(about, 'starting');
}

/** Resolves when it listens, or when it has to stop before that. @throws if it cannot listen */
async function listen(
  serving: Serving,
  { tls, dashboard, publicUrl }: Config,
  { stopped }: ServiceSignals,
  out: Output,
): Promise<void> {
  const urlOf = ({ address, port }: Where) => {
    const host = address.includes(':') ? `[${address}]` : address;
    return `${tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  };
  const listening = serving.listen().then((where) => {
    const url = urlOf(where);
    out.line(listensOn(url));
    if (!dashboard.enabled) return;
    const own = serving.dashboardAddress && urlOf(serving.dashboardAddress);
    out.line(dashboardAt(own ?? publicUrl ?? url));
  });
  await Promise.race([listening, stopped]);
}

/** Loads only the required modules: loading is a large part of the startup time. */
async function create(config: Config, log: Log): Promise<Serving> {
  const outside = { now: Date.now, env: process.env, log };
  const { workers } = config.serve;
  if (workers > 1) {
    const { createPrimary } = await import('../workers/primary.js');
    return createPrimary(config, outside, workers);
  }
  letTheHeapGrow();
  const { compose } = await import('../compose/compose.js');
  return compose(config, outside);
}
