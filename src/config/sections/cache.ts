import { byteSize } from '../../yaml/values.js';
import { section, span } from '../terms.js';

/** The settings below `cache`. */
export const cacheSection = section(
  {
    memory: byteSize().describe('Memory for small artifacts.').prefault('256MiB'),
    disk: byteSize().describe('Disk for artifacts.').prefault('10GiB'),
    'min-free': byteSize()
      .describe('Disk space to leave free, by artifacts that are coming in, too; 4 MiB at least.')
      .prefault('1GiB'),
    pages: byteSize()
      .describe('Memory for project pages and what is made of them.')
      .prefault('128MiB'),
    'page-ttl': span().describe('How long a project page counts as current.').prefault('60s'),
  },
  'What is kept.',
);
