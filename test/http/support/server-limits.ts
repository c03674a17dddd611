import type { ServerLimits } from '../../../src/http/server.js';

const HOUR = 3_600_000;

export const BOUNDS = { all: 100, perClient: 100, surplus: 2, isShared: () => false };

/** A server that cuts nobody off: a test sets the one limit that it is about. */
export const LIMITS: ServerLimits = {
  maxHeaderBytes: 16_384,
  headersTimeout: HOUR,
  keepAliveTimeout: HOUR,
  writeTimeout: HOUR,
  leastRate: 1,
  linger: 20,
  connections: BOUNDS,
};
