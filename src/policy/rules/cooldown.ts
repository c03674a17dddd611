import { age, DAY } from '../terms.js';
import { settable } from './form.js';
import { instant, release } from './rule.js';

/**
 * Files younger than `age`. A public index that gives no upload time is doubt, and refused;
 * many private ones never give it, and what they serve was chosen by somebody.
 */
export const cooldown = settable({
  about: 'Refuses files uploaded only lately. Default: off.',
  keys: {
    age: age().describe('How old a file must be, in h, d or w: 12h, 3d, 2w. Default: 3d.'),
  },
  defaults: { action: 'off', age: 3 * DAY },
  create({ age }) {
    return ({ subject, now }) => {
      const { uploadTime } = subject;
      if (uploadTime === undefined)
        return subject.publicUpstream
          ? { reason: `the index gives no upload time for ${subject.filename}` }
          : undefined;
      const until = uploadTime + age;
      if (now >= until) return undefined;
      return {
        reason: `${release(subject)} was uploaded ${instant(uploadTime)} and waits until ${instant(until)}`,
        since: uploadTime,
        until,
      };
    };
  },
});
