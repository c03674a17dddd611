import type { IncomingMessage } from 'node:http';
import { relative, sep } from 'node:path';
import { type Blob, isLocal } from '../../store/blob-store.js';
import { trustedProxies } from '../trusted-proxies.js';

/** The location of the blobs in a front server's configuration; must match `deploy/nginx/wheelgate.conf`. */
const PREFIX = '/_wheelgate/blobs/';

export interface AccelSettings {
  /** The folder of the blobs on disk, which the front server can read. */
  readonly blobs: string;
  /** Only these are front servers: other clients would receive an empty response with the header. */
  readonly trustedProxies: readonly string[];
}

/** Returns the front server's path of a blob; undefined if the bytes are sent from here. */
export type Accelerate = (req: IncomingMessage, blob: Blob) => string | undefined;

/** For a service without a front server that sends files. */
export const NEVER: Accelerate = () => undefined;

export function accelerator({ blobs, ...settings }: AccelSettings): Accelerate {
  const isTrusted = trustedProxies(settings.trustedProxies);
  return (req, blob) => {
    // A blob in memory is sent just as fast from here.
    if (!isLocal(blob) || req.method !== 'GET' || !isTrusted(req)) return undefined;
    return PREFIX + relative(blobs, blob.path).split(sep).join('/');
  };
}
