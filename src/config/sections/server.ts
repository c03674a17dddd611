import { byteSize } from '../../yaml/values.js';
import { count, section, time } from '../terms.js';

/** The settings below `server`. */
export const serverSection = section(
  {
    'header-bytes': byteSize().describe("Maximum size of a request's headers.").prefault('16KiB'),
    'url-length': count(256)
      .describe("Maximum length of a request's URL, in characters.")
      .prefault(4096),
    'headers-timeout': time().describe("Timeout for a request's headers.").prefault('15s'),
    'write-timeout': time()
      .describe('Timeout after which a client that reads nothing is disconnected.')
      .prefault('5m'),
    connections: count(1)
      .describe('Maximum connections. Default: what the open-file limit allows, up to 10000.')
      .optional(),
    'client-connections': count(1)
      .describe(
        'Maximum connections from one address, except trusted-proxies. Default: three quarters of "connections".',
      )
      .optional(),
    'shutdown-grace': time()
      .describe('Time for open requests to finish after SIGTERM.')
      .prefault('30s'),
  },
  'Limits on clients.',
);
