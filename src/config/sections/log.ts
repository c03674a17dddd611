import { z } from 'zod';
import { section } from '../terms.js';

/** The settings below `log`. */
export const logSection = section(
  {
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .describe('What the log on standard error holds.')
      .prefault('info'),
  },
  'The log.',
);
