import type { Subject } from '../domain/subject.js';
import type { RuleId, WaiverNote } from '../domain/verdict.js';
import { parseSpecifier, type Specifier } from '../domain/version.js';
import type { Waiver } from './schema.js';

/** The waivers of a policy, found by rule and project. */
export class Waivers {
  readonly #byRule = new Map<string, { versions: Specifier; waiver: Waiver }[]>();

  constructor(waivers: readonly Waiver[]) {
    for (const waiver of waivers) {
      const key = `${waiver.rule}/${waiver.project}`;
      const entry = { versions: parseSpecifier(waiver.versions), waiver };
      this.#byRule.set(key, [...(this.#byRule.get(key) ?? []), entry]);
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
