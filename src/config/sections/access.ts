import { path, section } from '../terms.js';

/** The settings below `access`. */
export const accessSection = section(
  {
    tokens: path()
      .describe('A file of hashed tokens. If set, clients must present a token.')
      .optional(),
  },
  'Client access.',
);
