import { z } from 'zod';
import { byteSize } from '../../yaml/values.js';
import { section, time } from '../terms.js';

/** An archive's end, by which it is whole, is longer than nothing. */
const LEAST_LAST_BLOCK = 4_096;

/** The settings below `gate`. */
export const gateSection = section(
  {
    mode: z
      .enum(['stream', 'hold'])
      .describe('hold: send no byte before the verdict.')
      .prefault('stream'),
    'hold-bytes': byteSize()
      .describe('Hold a response until this many bytes have arrived…')
      .prefault('32MiB'),
    'hold-time': time().describe('…or this much time has passed.').prefault('5s'),
    'last-block': byteSize()
      .refine((size) => size >= LEAST_LAST_BLOCK, { error: 'expected a size of 4KiB or more' })
      .describe('Last block, withheld until the verdict. At least 4 KiB.')
      .prefault('1MiB'),
  },
  'Delivery of files before their verdict.',
);
