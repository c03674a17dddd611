import { instant, type Rule, release } from './rule.js';

/**
 * Files younger than `age` (milliseconds). A public index that gives no upload time is doubt, and refused;
 * many private ones never give it, and what they serve was chosen by somebody.
 */
export function cooldown(age: number): Rule {
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
}
