import { z } from 'zod';
import { byteSize } from '../../yaml/values.js';
import { section, time } from '../terms.js';

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
      .describe('What is withheld to the end, until the verdict.')
      .prefault('1MiB'),
  },
  'The delivery of files that are not yet judged.',
);
