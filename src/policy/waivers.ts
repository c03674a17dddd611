import type { Subject } from '../domain/subject.js';
import type { RuleId, WaiverNote } from '../domain/verdict.js';
import { laterSpecifier, type Specifier } from '../domain/version.js';
import type { Waiver } from './schema.js';

/** The waivers of a policy, found by rule and project. */
export class Waivers {
  readonly #byRule = new Map<string, { versions: Specifier; waiver: Waiver }[]>();

  constructor(waivers: readonly Waiver[]) {
    for (const waiver of waivers) {
      const key = `${waiver.rule}/${waiver.project}`;
      const entry = { versions: laterSpecifier(waiver.versions), waiver };
      const same = this.#byRule.get(key);
      if (same === undefined) this.#byRule.set(key, [entry]);
      else same.push(entry);
    }
  }

  /**
   * The waiver in force that holds longest. A file whose version cannot be read has none: nobody can say
   * that it was meant.
   */
  find(rule: RuleId, { project, version }: Subject, now: number): WaiverNote | undefined {
    if (version === undefined) return undefined;
    let longest: Waiver | undefined;
    for (const { waiver, versions } of this.#byRule.get(`${rule}/${project}`) ?? [])
      if (now < waiver.expires && versions.matches(version))
        if (longest === undefined || waiver.expires > longest.expires) longest = waiver;
    return longest && { owner: longest.owner, reason: longest.reason, expires: longest.expires };
  }
}

/** A waiver that expires within this many milliseconds is warned of. */
export const EXPIRING_WITHIN = 7 * 86_400_000;

export interface WaiverCounts {
  /** Of them, none expires within a week. */
  readonly active: number;
  readonly expiring: number;
  readonly expired: number;
}

/** How waivers stand at a moment; each counts once. */
export function countWaivers(waivers: readonly Waiver[], now: number): WaiverCounts {
  const expired = waivers.filter(({ expires }) => expires <= now).length;
  const soon = waivers.filter(({ expires }) => expires <= now + EXPIRING_WITHIN).length;
  return { active: waivers.length - soon, expiring: soon - expired, expired };
}
