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
      .describe('hold: never send a byte before the verdict.')
      .prefault('stream'),
    'hold-bytes': byteSize()
      .describe('A response is held until so much has arrived…')
      .prefault('32MiB'),
    'hold-time': time().describe('…or so much time has passed.').prefault('5s'),
    'last-block': byteSize()
      .refine((size) => size >= LEAST_LAST_BLOCK, { error: 'expected a size of 4KiB or more' })
      .describe('What is withheld to the end, until the verdict; 4 KiB at least.')
      .prefault('1MiB'),
  },
  'The delivery of files that are not yet judged.',
);
