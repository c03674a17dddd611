import type { RuleId } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { WaiverNote } from '../domain/verdict.js';
import { laterSpecifier, type Specifier } from '../domain/version.js';
import type { Waiver } from './entries.js';
import { DAY } from './terms.js';

/** The waivers of a policy, found by rule and project. */
export class Waivers {
  readonly #byRule = new Map<string, { versions: Specifier; waiver: Waiver }[]>();
  readonly #reach: number;

  /** @param reach how far ahead a waiver in force may expire (`reachOf`), in milliseconds */
  constructor(waivers: readonly Waiver[], reach: number) {
    this.#reach = reach;
    for (const waiver of waivers) {
      const key = `${waiver.rule}/${waiver.project}`;
      const entry = { versions: laterSpecifier(waiver.versions), waiver };
      const same = this.#byRule.get(key);
      if (same === undefined) this.#byRule.set(key, [entry]);
      else same.push(entry);
    }
  }

  /**
   * The active waiver with the latest expiry. A file without a valid version has no waiver, because its release is
   * unknown. A waiver beyond the maximum lifetime is not active yet: `check` rejects it, but here the clock may be
   * wrong.
   */
  find(rule: RuleId, subject: Subject, now: number): WaiverAnswer {
    const { project, version } = subject;
    let [longest, recheckAt]: [Waiver | undefined, number] = [undefined, Infinity];
    if (version === undefined) return { waiver: undefined, recheckAt };
    for (const { waiver, versions } of this.#byRule.get(`${rule}/${project}`) ?? []) {
      const { expires } = waiver;
      const from = expires - this.#reach;
      if (expires <= now || !versions.matches(version)) continue;
      if (!isMeant(waiver, subject)) continue;
      if (now < from) recheckAt = Math.min(recheckAt, from);
      else if (longest === undefined || expires > longest.expires) longest = waiver;
    }
    if (longest === undefined) return { waiver: undefined, recheckAt };
    const { owner, reason, expires } = longest;
    return { waiver: { owner, reason, expires }, recheckAt: Math.min(recheckAt, expires) };
  }
}

/** A waiver of a replaced file covers the new bytes; other integrity problems of a file cannot be waived. */
function isMeant({ rule, sha256 }: Waiver, { integrity, sha256: own }: Subject): boolean {
  if (rule !== 'integrity') return sha256 === undefined || sha256 === own;
  return (
    typeof integrity === 'object' && integrity.other !== undefined && integrity.other === sha256
  );
}

export interface WaiverAnswer {
  readonly waiver: WaiverNote | undefined;
  /** Milliseconds since 1970: from when on there may be another. */
  readonly recheckAt: number;
}

/** A date is valid to its end, so the last day of `waiver-max` (milliseconds) may be a day later. */
export function reachOf(waiverMax: number): number {
  return waiverMax + DAY;
}

/** A waiver that expires within this many milliseconds is warned of. */
export const EXPIRING_WITHIN = 7 * DAY;

/** Waivers that expire within this time are listed on the dashboard, in milliseconds. */
export const ENDING_WITHIN = 14 * DAY;

export interface WaiverCounts {
  /** Of them, none expires within a week. */
  readonly active: number;
  readonly expiring: number;
  readonly expired: number;
}

/** Counts waivers by state; each counts once. */
export function countWaivers(waivers: readonly Waiver[], now: number): WaiverCounts {
  const expired = waivers.filter(({ expires }) => expires <= now).length;
  const soon = waivers.filter(({ expires }) => expires <= now + EXPIRING_WITHIN).length;
  return { active: waivers.length - soon, expiring: soon - expired, expired };
}

/** When the next waiver in force ends, in milliseconds since 1970. */
export function nextExpiry(waivers: readonly Waiver[], now: number): number | undefined {
  const ahead = waivers.map(({ expires }) => expires).filter((expires) => expires > now);
  return ahead.length === 0 ? undefined : ahead.reduce((a, b) => Math.min(a, b));
}
