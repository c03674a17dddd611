import { hostname } from 'node:os';
import { z } from 'zod';
import { hostAndPort, network, section, shortName, webUrl } from '../terms.js';

/** Shorter secrets can be found by trying. */
export const SHORTEST_SECRET = 16;

/** The settings below `replica`. */
export const replicaSection = section(
  {
    name: shortName().describe('Name of this replica. Default: the host name.').optional(),
    listen: hostAndPort()
      .describe("Internal address where other replicas follow this one's fills.")
      .optional(),
    url: webUrl().describe('URL at which other replicas reach that address.').optional(),
    secret: z
      .string({ error: 'expected text; put it in quotes' })
      .min(1)
      .describe('Key that signs messages between replicas. The same on all replicas.')
      .optional(),
    peers: z
      .array(network())
      .describe('Addresses of other replicas.')
      .prefault(['loopback', 'uniquelocal']),
    'share-policy': z
      .boolean()
      .describe('Apply a policy edit on one replica to all replicas.')
      .prefault(false),
  },
  'This replica of a fleet.',
);

/** Checks combinations of these settings. @param issue receives each problem and its place */
export function checkReplica(
  hasRedis: boolean,
  { listen, url, secret, 'share-policy': sharePolicy }: z.output<typeof replicaSection>,
  issue: (message: string, ...path: string[]) => void,
): void {
  const wantsSecret = listen !== undefined || sharePolicy;
  if (wantsSecret && secret === undefined)
    issue('replicas authenticate each other by a shared secret: set it', 'replica', 'secret');
  if (wantsSecret && !hasRedis)
    issue('replicas discover each other through Redis: set its URL', 'redis', 'url');
  if ((listen === undefined) !== (url === undefined))
    issue(
      `"listen" and "url" require each other: "url" is where other replicas reach "listen"`,
      'replica',
      listen === undefined ? 'listen' : 'url',
    );
}

export function toReplica({
  name,
  listen,
  url,
  secret,
  peers,
  'share-policy': sharePolicy,
}: z.output<typeof replicaSection>) {
  return {
    name: name ?? (hostname().replace(/[^a-z0-9._-]/gi, '-') || 'replica'),
    listen,
    /** Ends with a slash. */
    url,
    secret,
    peers,
    sharePolicy,
  };
}
