import { freePort } from './free-port.js';
import type { RedisServer } from './redis-servers.js';

export const SECRET = 'thirty-two characters, all random';

/** The settings of one of several replicas on loopback, by path. */
export async function replicaSettings(
  name: string,
  redis: Pick<RedisServer, 'url'>,
): Promise<Readonly<Record<string, unknown>>> {
  const address = `127.0.0.1:${await freePort()}`;
  return {
    'redis.url': redis.url,
    'replica.name': name,
    'replica.secret': SECRET,
    'replica.listen': address,
    'replica.url': `http://${address}`,
    'replica.peers': ['127.0.0.0/8'],
  };
}

/** The same as environment variables. */
export function asEnvironment(
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).map(([path, value]) => [
      `WHEELGATE_${path.replace(/[.-]/g, '_').toUpperCase()}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
