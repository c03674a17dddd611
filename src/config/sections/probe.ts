import { z } from 'zod';
import { count, section, span, time } from '../terms.js';

/** The settings below `probe`. */
export const probeSection = section(
  {
    action: z
      .enum(['on', 'off'])
      .describe('on: read the newest wheels of a page for start-up hooks before it is served.')
      .prefault('on'),
    wait: time().describe('How long a page waits for its probes.').prefault('300ms'),
    files: count(1).describe('Files of one page that are probed.').prefault(6),
    age: span()
      .describe('Files that were uploaded longer ago are not probed; an unknown time is recent.')
      .prefault('30d'),
    ahead: z
      .enum(['on', 'off'])
      .describe('on: fetch files of a new release that are like those clients fetched before.')
      .prefault('on'),
  },
  'Probes of new wheels before a page lists them.',
);
