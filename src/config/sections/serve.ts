import { z } from 'zod';
import { count, section } from '../terms.js';

/** The settings below `serve`. */
export const serveSection = section(
  {
    workers: count(1)
      .describe('Processes that serve on the one port; they share cache, policy and decision log.')
      .prefault(1),
    accel: z
      .enum(['off', 'x-accel-redirect'])
      .describe('x-accel-redirect: nginx in front sends large cached artifacts itself.')
      .prefault('off'),
  },
  'How it serves.',
);
