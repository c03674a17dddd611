import { z } from 'zod';
import { byteSize } from '../../yaml/values.js';
import { count, path, section } from '../terms.js';

/** The settings below `decisions`. */
export const decisionsSection = section(
  {
    file: path()
      .describe('The decision log. Default: decisions.jsonl in the data folder.')
      .optional(),
    'max-bytes': byteSize().describe('Size at which the log rotates.').prefault('100MiB'),
    keep: count(0).describe('Number of rotated files to keep.').prefault(10),
    compress: z.boolean().describe('Compress rotated files.').prefault(true),
    fsync: z
      .boolean()
      .describe('Flush each decision to disk. Survives a power failure, but is slower.')
      .prefault(false),
  },
  'The log of all decisions.',
);
