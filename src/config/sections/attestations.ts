import { z } from 'zod';
import { section } from '../terms.js';

/** The settings below `attestations`. */
export const attestationsSection = section(
  {
    'update-keys': z
      .boolean()
      .describe("Fetch sigstore's current keys once a day while attestations are being verified.")
      .prefault(true),
  },
  'Attestation verification.',
);
