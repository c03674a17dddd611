import { settable } from './form.js';
import { release } from './rule.js';

/** Files that their own project, or the index, has yanked (PEP 592). */
export const yanked = settable({
  about: 'Refuses files yanked at the upstream index (PEP 592). Default: off.',
  keys: {},
  defaults: { action: 'off' },
  create() {
    return ({ subject }) => {
      if (subject.yanked === false) return undefined;
      const why = typeof subject.yanked === 'string' ? subject.yanked.trim() : '';
      return { reason: `${release(subject)} was yanked upstream${why === '' ? '' : `: ${why}`}` };
    };
  },
});
