import type { StartPartner } from '../../domain/start-places.js';
import { partnerReason } from '../../messages/reasons.js';
import type { Denial } from '../entries.js';
import { denied } from './deny.js';
import type { FindingsSettings } from './findings.js';
import type { Case, Objection } from './rule.js';

/**
 * Artifacts that run code at every start together with another one seen here: a folder that one adds to the import path
 * and another fills, or a namespace that one declares and a native module of another is. Each is harmless alone, and
 * known-good projects have the same forms, so only the second of the two is refused. Artifacts that the policy denies
 * are no partners.
 */
export class StartPartners {
  readonly #action: 'block' | 'warn' | 'off';
  readonly #denies: ReturnType<typeof denied>;

  /** @param settings its action for the finding `foreign-hook` also applies here */
  constructor(denials: readonly Denial[], { action, codes }: FindingsSettings) {
    this.#action = codes['foreign-hook'] ?? action;
    this.#denies = denied(denials);
  }

  objectionTo(about: Case): Objection | undefined {
    const { startPlaces: places } = about.known.inspection ?? {};
    if (this.#action === 'off' || places === undefined) return undefined;
    const { project } = about.subject;
    for (const partner of about.known.startPlaces.partnersOf(project, places)) {
      if (this.#isDenied(partner, about)) continue;
      const { place, role, filename } = partner;
      return { reason: partnerReason(place, role, filename), action: this.#action };
    }
    if (places.cut !== true) return undefined;
    return {
      reason: `it contains over ${places.fills.length} native modules, too many to check against start-up hooks`,
      doubt: true,
      action: this.#action,
    };
  }

  #isDenied({ project, version, filename }: StartPartner, about: Case): boolean {
    const subject = { ...about.subject, project, version, filename, sha256: undefined };
    const known = { ...about.known, inspection: undefined };
    return this.#denies({ ...about, subject, known })?.reason !== undefined;
  }
}
