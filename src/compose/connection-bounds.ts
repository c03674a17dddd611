import type { Config } from '../config/config.js';
import type { ConnectionBounds } from '../http/connections.js';
import { trustedAddresses } from '../http/trusted-proxies.js';
import { openFilesLimit } from '../runtime/open-files.js';

/** Open files of a process, apart from clients: its threads, its own files, and upstream transfers. */
const OWN_FILES = 64;
/** Open files per client: its connection, and the file that is read for it. */
const FILES_EACH = 2;
const LEAST = 8;
/** More than this many is for more processes. */
const MOST = 10_000;
/** The assumed limit if the system does not report its limit of open files. */
const UNTOLD = 1_000;
/** The maximum share of one client in all connections. */
const SHARE = 3 / 4;
/** Connections beyond the limit that are accepted only to send an error. */
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
