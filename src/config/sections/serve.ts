import { z } from 'zod';
import { count, section } from '../terms.js';

/** The settings below `serve`. */
export const serveSection = section(
  {
    workers: count(1)
      .describe('Number of worker processes. They share port, cache, policy and decision log.')
      .prefault(1),
    accel: z
      .enum(['off', 'x-accel-redirect'])
      .describe('x-accel-redirect: let nginx in front send large cached artifacts.')
      .prefault('off'),
  },
  'Serving.',
);
