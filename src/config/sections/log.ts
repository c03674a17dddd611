import { z } from 'zod';
import { section } from '../terms.js';

/** The settings below `log`. */
export const logSection = section(
  {
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .describe('Lowest level written to the log on standard error.')
      .prefault('info'),
  },
  'The log.',
);
