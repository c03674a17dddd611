import { path, section } from '../terms.js';

/** The settings below `access`. */
export const accessSection = section(
  {
    tokens: path()
      .describe('A file of hashed tokens; where it is set, clients must show one.')
      .optional(),
  },
  'Who may ask.',
);
