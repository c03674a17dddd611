import { z } from 'zod';
import { hostAndPort, httpsUrl, section } from '../terms.js';

/** The settings below `dashboard`. */
export const dashboardSection = section(
  {
    enabled: z
      .boolean()
      .describe('Serve the dashboard, its JSON API and the links in refusals.')
      .prefault(true),
    listen: hostAndPort()
      .describe(
        'A separate address for the dashboard. Pages that refusals link to are served on both.',
      )
      .optional(),
    identities: z
      .enum(['hidden', 'shown'])
      .describe(
        'Whether to show client identities without tokens. With tokens, only the admin role sees them.',
      )
      .prefault('hidden'),
    'policy-repository': httpsUrl()
      .describe('An https URL where the policy is edited. Pages that offer a waiver link to it.')
      .optional(),
  },
  'The dashboard.',
);
