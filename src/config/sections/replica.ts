import { hostname } from 'node:os';
import { z } from 'zod';
import { hostAndPort, network, section, webUrl } from '../terms.js';

/** Shorter secrets can be found by trying. */
export const SHORTEST_SECRET = 16;

/** The settings below `replica`. */
export const replicaSection = section(
  {
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'expected a short name of letters, digits, ., _ and -')
      .describe("How the others call this one. Default: the machine's name.")
      .optional(),
    listen: hostAndPort()
      .describe('Where the other replicas ask this one for what is coming in.')
      .optional(),
    url: webUrl().describe('The URL under which they do.').optional(),
    secret: z
      .string({ error: 'expected text; put it in quotes' })
      .min(1)
      .describe('What replicas sign with what they tell each other; all have the same.')
      .optional(),
    peers: z
      .array(network())
      .describe('Addresses at which other replicas are asked.')
      .prefault(['loopback', 'uniquelocal']),
    'share-policy': z
      .boolean()
      .describe('An edit of the policy at one replica holds at all of them.')
      .prefault(false),
  },
  'One of several that serve the same cache.',
);

/** What belongs together among these settings. @param issue told what is wrong, and where */
export function checkReplica(
  hasRedis: boolean,
  { listen, url, secret, 'share-policy': sharePolicy }: z.output<typeof replicaSection>,
  issue: (message: string, ...path: string[]) => void,
): void {
  const wantsSecret = listen !== undefined || sharePolicy;
  if (wantsSecret && secret === undefined)
    issue('replicas trust each other by a secret that all have: set it', 'replica', 'secret');
  if (wantsSecret && !hasRedis)
    issue('replicas find each other through Redis: set its URL', 'redis', 'url');
  if ((listen === undefined) !== (url === undefined))
    issue(
      `"listen" and "url" belong together: where the others reach what listens here`,
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
