import { age, DAY } from '../terms.js';
import { settable } from './form.js';
import { instant } from './rule.js';

/**
 * Files that are added to a release long after its first file: a pin by version alone then installs a file that was
 * unknown when it was chosen. PyPI itself rejects them after 14 days since 2026; private indexes accept them. A file
 * without an upload time may be late if other files of its release have one. If the index has no upload times at all,
 * the rule does not apply.
 */
export const lateFile = settable({
  about: 'Refuses files that join a release long after its first file. Default: warn.',
  keys: {
    after: age().describe('How much later, in h, d or w: 12h, 14d, 2w. Default: 14d.'),
  },
  defaults: { action: 'warn', after: 14 * DAY },
  create({ after }) {
    return ({ subject: { filename, uploadTime, releaseBegan }, now }) => {
      if (releaseBegan === undefined) return undefined;
      if (uploadTime === undefined) {
        // Until then it cannot be late.
        if (now <= releaseBegan + after) return { recheckAt: releaseBegan + after + 1 };
        const began = instant(releaseBegan);
        return {
          reason: `the index provides no upload time for ${filename}, and the first file of its release was uploaded ${began}`,
        };
      }
      const later = uploadTime - releaseBegan;
      if (later <= after) return undefined;
      const days = Math.floor(later / DAY);
      const howLate = days >= 2 ? `${days} days` : `${Math.floor(later / 3_600_000)} hours`;
      return {
        reason: `${filename} was uploaded ${instant(uploadTime)}, ${howLate} after the first file of its release`,
        since: uploadTime,
      };
    };
  },
});
