import { byteSize } from '../../yaml/values.js';
import { count, section, time } from '../terms.js';

/** The settings below `server`. */
export const serverSection = section(
  {
    'header-bytes': byteSize().describe("A request's headers.").prefault('16KiB'),
    'url-length': count(256).describe("Characters of a request's URL.").prefault(4096),
    'headers-timeout': time().describe("To a request's last header.").prefault('15s'),
    'write-timeout': time()
      .describe('A client that takes nothing of an answer for so long is cut off.')
      .prefault('5m'),
    connections: count(1)
      .describe('Connections at a time. Default: for which files can be opened, 10000 at most.')
      .optional(),
    'client-connections': count(1)
      .describe('Of these, from one address; more for trusted-proxies. Default: three quarters.')
      .optional(),
    'shutdown-grace': time()
      .describe('What is under way at SIGTERM may take so long to end.')
      .prefault('30s'),
  },
  'What a client may ask.',
);
