import type { Config } from '../config/config.js';

/** The settings of one worker among several: what they hold in memory adds up to what is configured. */
export function dividedBy(config: Config, count: number): Config {
  const part = (whole: number) => Math.ceil(whole / count);
  const { cache, inspection } = config;
  return {
    ...config,
    cache: { ...cache, memory: part(cache.memory), pages: part(cache.pages) },
    inspection: { ...inspection, threads: part(inspection.threads) },
  };
}
