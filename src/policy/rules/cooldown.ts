import { z } from 'zod';
import type { DatedRelease } from '../../domain/dated-releases.js';
import type { SecurityFix } from '../../domain/malware-feed.js';
import { letThroughFix } from '../../messages/reasons.js';
import { age, DAY } from '../terms.js';
import { settable } from './form.js';
import { type Case, instant, release } from './rule.js';

/** Most malware is reported within hours of its upload: no file is let through before, in milliseconds. */
const LEAST_AGE = 2 * 3_600_000;
/** An advisory that was public this long before the upload does not concern this file, in milliseconds. */
const LONGEST_WAIT = 30 * DAY;

/**
 * Files younger than `age`. If a public index has no upload time, the file is refused as doubtful. Many private indexes
 * never have one, but their files were selected by someone.
 *
 * A release that a reviewed advisory names as its fix can pass, if the client would otherwise be left with an affected
 * release. Only the exact versions in the advisory count, because any publisher can claim to fix something.
 */
export const cooldown = settable({
  about: 'Refuses files uploaded recently. Default: off.',
  keys: {
    age: age().describe('Minimum age in h, d or w: 12h, 3d, 2w. Default: 3d.'),
    'security-fixes': z
      .enum(['allow', 'warn', 'off'])
      .describe(
        'Allow, or warn about, releases that a reviewed advisory (GHSA, PYSEC) names as its fix, from two hours after upload. Default: off.',
      ),
  },
  defaults: { action: 'off', age: 3 * DAY, 'security-fixes': 'off' },
  create({ age, 'security-fixes': fixes }) {
    return (about) => {
      const { subject, now } = about;
      const { uploadTime } = subject;
      if (uploadTime === undefined)
        return subject.publicUpstream
          ? { reason: `the index provides no upload time for ${subject.filename}` }
          : undefined;
      const until = uploadTime + age;
      if (now >= until) return undefined;
      const uploaded = `${release(subject)} was uploaded ${instant(uploadTime)}`;
      const waiting = {
        reason: `${uploaded} and is in cooldown until ${instant(until)}`,
        since: uploadTime,
        until,
      };
      const fix = fixes === 'off' ? NO_FIX : fixOf(about, uploadTime, age);
      if (fix.id === undefined) return { ...waiting, recheckAt: fix.recheckAt };
      return {
        ...waiting,
        reason: `${uploaded}; ${letThroughFix(fix.id)}`,
        reference: fix.id,
        recheckAt: fix.recheckAt,
        action: 'warn',
        ...(fixes === 'allow' && { lifted: true }),
      };
    };
  },
});

/** Whether the rule's answers depend on advisories. */
export function heedsFixes({ action, ...rest }: typeof cooldown.defaults): boolean {
  return action !== 'off' && rest['security-fixes'] !== 'off';
}

interface Fix {
  /** The advisory that it fixes; undefined if it must not pass. */
  readonly id?: string;
  /** Milliseconds since 1970: when that may be otherwise. */
  readonly recheckAt?: number | undefined;
}

const NO_FIX: Fix = {};

function fixOf({ subject, now, known }: Case, uploadTime: number, age: number): Fix {
  const { project, version, releases } = subject;
  if (version === undefined) return NO_FIX;
  const named = known.feed
    .fixes(project)
    .filter((fix) => fix.fixedBy(version) && fix.publishedAt >= uploadTime - LONGEST_WAIT);
  if (named.length === 0) return NO_FIX;
  if (now < uploadTime + LEAST_AGE) return { recheckAt: uploadTime + LEAST_AGE };
  const { left, recheckAt } = leftBy(releases?.from(version), now, age);
  const fix = named.find((one) => isNeeded(one, left));
  return { ...(fix !== undefined && { id: fix.id }), recheckAt };
}

/** Without its page, only the advisory is known. */
function isNeeded(fix: SecurityFix, left: string | undefined | 'unknown'): boolean {
  return left === 'unknown' || (left !== undefined && fix.affects(left));
}

/** The version that a client is left with during the cooldown, and the time of its next change. */
function leftBy(
  below: Iterable<DatedRelease> | undefined,
  now: number,
  age: number,
): { readonly left: string | undefined | 'unknown'; readonly recheckAt?: number } {
  if (below === undefined) return { left: 'unknown' };
  let recheckAt = Infinity;
  for (const { version, uploadTime } of below) {
    if (now >= uploadTime + age) return { left: version, recheckAt };
    recheckAt = Math.min(recheckAt, uploadTime + age);
  }
  return { left: undefined, recheckAt };
}
