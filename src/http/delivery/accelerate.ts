import type { IncomingMessage } from 'node:http';
import { relative, sep } from 'node:path';
import { type Blob, isLocal } from '../../store/blob-store.js';
import { trustedProxies } from '../trusted-proxies.js';

/** Where a front server looks for the blobs; `deploy/nginx/wheelgate.conf` has the same. */
const PREFIX = '/_wheelgate/blobs/';

export interface AccelSettings {
  /** The folder of the blobs on disk, which the front server can read. */
  readonly blobs: string;
  /** Only these are front servers: to anybody else the header would be an empty answer. */
  readonly trustedProxies: readonly string[];
}

/** Says under which path the front server finds a blob; undefined where the bytes go out from here. */
export type Accelerate = (req: IncomingMessage, blob: Blob) => string | undefined;

/** For a service without a front server that sends files. */
export const NEVER: Accelerate = () => undefined;

export function accelerator({ blobs, ...settings }: AccelSettings): Accelerate {
  const isTrusted = trustedProxies(settings.trustedProxies);
  return (req, blob) => {
    // What lies in memory is as quick from here.
    if (!isLocal(blob) || req.method !== 'GET' || !isTrusted(req)) return undefined;
    return PREFIX + relative(blobs, blob.path).split(sep).join('/');
  };
}
