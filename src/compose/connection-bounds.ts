import type { Config } from '../config/config.js';
import type { ConnectionBounds } from '../http/connections.js';
import { trustedAddresses } from '../http/trusted-proxies.js';
import { openFilesLimit } from '../runtime/open-files.js';

/** What a process has open without a client: its threads, files of its own, and what comes in from upstreams. */
const OWN_FILES = 64;
/** What a client may take: its connection, and the file that is read for it. */
const FILES_EACH = 2;
const LEAST = 8;
/** More than this many is for more processes. */
const MOST = 10_000;
/** Where the system does not tell how many files may be open. */
const UNTOLD = 1_000;
/** Of all connections, what one client may have. */
const SHARE = 3 / 4;
/** Connections beyond the bounds that are kept to be told so. */
const SURPLUS = 8;

/** How many connections this process takes at a time: as configured, else as many as it can open files for. */
export function connectionBounds({ server, trustedProxies }: Config): ConnectionBounds {
  const all = server.connections ?? mostConnections(openFilesLimit());
  return {
    all,
    perClient: server.clientConnections ?? Math.ceil(all * SHARE),
    isShared: trustedAddresses(trustedProxies),
    surplus: SURPLUS,
  };
}

function mostConnections(files: number | undefined): number {
  if (files === undefined) return UNTOLD;
  return Math.max(LEAST, Math.min(MOST, Math.floor((files - OWN_FILES) / FILES_EACH)));
}
