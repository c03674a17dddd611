import { compose } from '../compose.js';
import { loadConfig } from '../config/load.js';
import { createLog } from '../observe/log.js';
import { EXIT, type Output } from './output.js';

export interface ServeOptions {
  readonly config?: string;
  readonly listen?: string;
  readonly upstream?: string;
  readonly policies?: string;
  readonly data?: string;
}

/** `wheelgate serve`: runs until SIGTERM or SIGINT, then finishes what is under way. SIGHUP reloads the policy. */
export async function runServe(options: ServeOptions, out: Output): Promise<number> {
  const config = loadConfig({
    file: options.config,
    env: process.env,
    flags: {
      listen: options.listen,
      upstream: options.upstream,
      policies: options.policies,
      data: options.data,
    },
  });
  const log = createLog(config.log.level);
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  const gate = await compose(config, { now: Date.now, env: process.env, log });
  const { address, port, family } = await gate.listen();
  const host = family === 'IPv6' ? `[${address}]` : address;
  const url = `${config.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  out.line(`wheelgate listens on ${url}, packages at ${url}/simple/`);

  process.on('SIGHUP', () => {
    log.info('SIGHUP: reading the policy and the tokens');
    void gate.policies.reload();
    void gate.access?.reload();
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        resolve();
      });
  });
  await gate.close();
  return EXIT.fine;
}
