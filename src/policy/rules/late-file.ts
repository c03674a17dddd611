import type { Subject } from '../../domain/subject.js';
import { age, DAY } from '../terms.js';
import { settable } from './form.js';
import { instant } from './rule.js';

/**
 * Files that are added to a release long after its first file: a pin by version alone then installs a file that was
 * unknown when it was chosen. PyPI itself rejects them after 14 days since 2026; private indexes accept them. A file
 * joined when its upload time states, or when it was first listed, if that time is missing or false
 * (`project-pages/beginnings.ts`). If one file alone states that its release is old and others do not, the rule only warns.
 */
export const lateFile = settable({
  about: 'Refuses files that join a release long after its first file. Default: warn.',
  keys: {
    after: age().describe('How much later, in h, d or w: 12h, 14d, 2w. Default: 14d.'),
  },
  defaults: { action: 'warn', after: 14 * DAY },
  create({ after }) {
    return ({ subject, now }) => {
      const { filename, uploadTime, firstSeen, releaseBegan, releaseSaid } = subject;
      const joined = firstSeen ?? uploadTime;
      if (joined === undefined) {
        if (releaseBegan === undefined) return undefined;
        // Until then it cannot be late.
        if (now <= releaseBegan + after) return { recheckAt: releaseBegan + after + 1 };
        const began = instant(releaseBegan);
        return {
          reason: `the index provides no upload time for ${filename}, and the first file of its release was uploaded ${began}`,
        };
      }
      if (releaseBegan !== undefined && joined - releaseBegan > after)
        return {
          reason: `${howItJoined(subject, joined)}, ${howLong(joined - releaseBegan)} after the first file of its release`,
          since: joined,
        };
      if (releaseSaid !== undefined && joined - releaseSaid > after)
        return {
          reason: `${howItJoined(subject, joined)}, ${howLong(joined - releaseSaid)} after the first file of its release, according to that file alone`,
          since: joined,
          action: 'warn',
        };
      return undefined;
    };
  },
});

function howItJoined({ filename, uploadTime, firstSeen }: Subject, joined: number): string {
  if (firstSeen === undefined) return `${filename} was uploaded ${instant(joined)}`;
  const stated =
    uploadTime === undefined
      ? 'the index provides no upload time'
      : `its upload time is false: ${instant(uploadTime)}`;
  return `${filename} was first listed ${instant(joined)} (${stated})`;
}

function howLong(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY);
  return days >= 2 ? `${days} days` : `${Math.floor(milliseconds / 3_600_000)} hours`;
}
