import { z } from 'zod';
import { hostAndPort, httpsUrl, section } from '../terms.js';

/** The settings below `dashboard`. */
export const dashboardSection = section(
  {
    enabled: z
      .boolean()
      .describe('Pages for people, what they show as JSON, and the links in refusals.')
      .prefault(true),
    listen: hostAndPort()
      .describe('A port of its own; the pages that refusals link to are on both.')
      .optional(),
    identities: z
      .enum(['hidden', 'shown'])
      .describe(
        'Whether clients are named where no tokens are asked for; with tokens, to the role admin.',
      )
      .prefault('hidden'),
    'policy-repository': httpsUrl()
      .describe('Where the policy is edited: pages with a waiver to copy link there.')
      .optional(),
  },
  'Pages for people.',
);
