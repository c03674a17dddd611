import { byteSize } from '../../yaml/values.js';
import { section, span } from '../terms.js';

/** The settings below `cache`. */
export const cacheSection = section(
  {
    memory: byteSize().describe('Memory for small artifacts.').prefault('256MiB'),
    disk: byteSize().describe('Disk for artifacts.').prefault('10GiB'),
    'min-free': byteSize()
      .describe('Disk space to keep free, including during transfers. At least 4 MiB.')
      .prefault('1GiB'),
    pages: byteSize()
      .describe('Memory for project pages and their rendered forms.')
      .prefault('128MiB'),
    'page-ttl': span().describe('How long a project page stays fresh.').prefault('60s'),
  },
  'Cache sizes.',
);
