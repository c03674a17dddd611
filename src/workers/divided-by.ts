import type { Config } from '../config/config.js';

/** The settings of one of several workers: together, their limits equal the configured ones. */
export function dividedBy(config: Config, count: number): Config {
  const part = (whole: number) => Math.ceil(whole / count);
  const { cache, inspection, server } = config;
  const { connections, clientConnections } = server;
  return {
    ...config,
    cache: { ...cache, memory: part(cache.memory), pages: part(cache.pages) },
    server: {
      ...server,
      ...(connections !== undefined && { connections: part(connections) }),
      ...(clientConnections !== undefined && { clientConnections: part(clientConnections) }),
    },
    inspection: { ...inspection, threads: part(inspection.threads) },
  };
}
