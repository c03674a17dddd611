import cluster from 'node:cluster';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load.js';
import { letTheHeapGrow } from '../runtime/heap-growth.js';
import { createLog, type Log } from '../runtime/log.js';
import { EXIT, type Output } from './output.js';

export interface ServeOptions {
  readonly config?: string;
  readonly listen?: string;
  readonly upstream?: string;
  readonly policies?: string;
  readonly data?: string;
  readonly workers?: string;
}

/** What runs, in this process or in several. */
interface Serving {
  listen(): Promise<{ readonly address: string; readonly port: number }>;
  reload(): void;
  close(): Promise<void>;
}

/** `wheelgate serve`: runs until SIGTERM or SIGINT, then finishes what is under way. SIGHUP reloads the policy. */
export async function runServe(options: ServeOptions, out: Output): Promise<number> {
  if (cluster.isWorker) {
    const { runWorker } = await import('../workers/worker.js');
    await runWorker({ now: Date.now, env: process.env });
    return EXIT.fine;
  }
  const config = loadConfig({
    file: options.config,
    env: process.env,
    flags: {
      listen: options.listen,
      upstream: options.upstream,
      policies: options.policies,
      data: options.data,
      'serve.workers': options.workers,
    },
  });
  const log = createLog(config.log.level);
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  const serving = await create(config, log);
  const { address, port } = await serving.listen();
  const host = address.includes(':') ? `[${address}]` : address;
  const url = `${config.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  out.line(`wheelgate listens on ${url}, for pip: PIP_INDEX_URL=${url}/simple/`);

  process.on('SIGHUP', () => {
    log.info('SIGHUP: reading the policy, the tokens and the pins');
    serving.reload();
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        resolve();
      });
  });
  await serving.close();
  return EXIT.fine;
}

/** Loads what it takes and no more: that is much of what a start costs. */
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
