import { z } from 'zod';
import { settable } from './form.js';

/** Projects that the index marks (PEP 792) with one of the statuses that are refused. */
export const status = settable({
  about: 'Refuses projects by their status at the index (PEP 792). Default: off.',
  keys: {
    refuse: z
      .array(z.enum(['archived', 'quarantined', 'deprecated']))
      .min(1)
      .describe('The statuses to refuse. Default: [archived, quarantined].'),
  },
  defaults: { action: 'off', refuse: ['archived', 'quarantined'] },
  create({ refuse }) {
    const refused: readonly string[] = refuse;
    return ({ subject }) => {
      if (subject.status === undefined || !refused.includes(subject.status.status))
        return undefined;
      const { status: name, reason } = subject.status;
      return { reason: `${subject.project} is ${name} at its index${reason ? `: ${reason}` : ''}` };
    };
  },
});
