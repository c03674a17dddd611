import { z } from 'zod';
import { settable } from './form.js';
import { release } from './rule.js';

/** Source distributions run code during the build: refused always, or only if there is a wheel. */
export const sdist = settable({
  about: 'Refuses source distributions, which run code at build time. Default: off.',
  keys: {
    when: z
      .enum(['always', 'wheel-exists'])
      .describe('wheel-exists: allow an sdist if its version has no wheel. Default: always.'),
  },
  defaults: { action: 'off', when: 'always' },
  create({ when }) {
    const why = when === 'always' ? 'policy allows only wheels' : 'a wheel is available';
    return ({ subject }) => {
      if (subject.kind !== 'sdist' || (when === 'wheel-exists' && !subject.hasWheel))
        return undefined;
      return { reason: `${subject.filename} is the source of ${release(subject)}; ${why}` };
    };
  },
});
