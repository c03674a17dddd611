import { z } from 'zod';
import { settable } from './form.js';
import { release } from './rule.js';

/** Source distributions run code when they are built: refused always, or only where a wheel would do. */
export const sdist = settable({
  about: 'Refuses source distributions, which run code when they are built. Default: off.',
  keys: {
    when: z
      .enum(['always', 'wheel-exists'])
      .describe(
        'wheel-exists: an sdist is let through where its version has no wheel. Default: always.',
      ),
  },
  defaults: { action: 'off', when: 'always' },
  create({ when }) {
    const why = when === 'always' ? 'policy takes wheels only' : 'there is a wheel to take instead';
    return ({ subject }) => {
      if (subject.kind !== 'sdist' || (when === 'wheel-exists' && !subject.hasWheel))
        return undefined;
      return { reason: `${subject.filename} is the source of ${release(subject)}; ${why}` };
    };
  },
});
