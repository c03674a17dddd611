import { z } from 'zod';
import { byteSize } from '../../yaml/values.js';
import { count, path, section } from '../terms.js';

/** The settings below `decisions`. */
export const decisionsSection = section(
  {
    file: path()
      .describe('The decision log. Default: decisions.jsonl in the data folder.')
      .optional(),
    'max-bytes': byteSize().describe('The size at which it rotates.').prefault('100MiB'),
    keep: count(0).describe('Rotated files to keep.').prefault(10),
    compress: z.boolean().describe('Compress rotated files.').prefault(true),
    fsync: z
      .boolean()
      .describe('Wait for the disk at each decision; safe against a loss of power, and slower.')
      .prefault(false),
  },
  'The record of every decision.',
);
