import { partnerReason } from '../../messages/reasons.js';
import type { FindingsSettings } from './findings.js';
import type { Case, Objection } from './rule.js';

const PERMITTED = () => 'permitted' as const;

/**
 * Artifacts that run code at every start together with another one seen here: a folder that one adds to the import path
 * and another fills, or a namespace that one declares and a native module of another is. Each is harmless alone, and
 * known-good projects have the same forms, so only the second of the two is refused. Artifacts that the policy refuses
 * by their own content are no partners.
 */
export class StartPartners {
  readonly #action: 'block' | 'warn' | 'off';

  /** @param settings its action for the finding `foreign-hook` also applies here */
  constructor({ action, codes }: FindingsSettings) {
    this.#action = codes['foreign-hook'] ?? action;
  }

  objectionTo({ subject, known, standingOf = PERMITTED }: Case): Objection | undefined {
    const { startPlaces: places } = known.inspection ?? {};
    if (this.#action === 'off' || places === undefined) return undefined;
    const [partner] = known.startPlaces.partnersOf(subject.project, places, standingOf);
    if (partner !== undefined) {
      const { place, role, filename, project } = partner;
      return { reason: partnerReason(place, role, filename, project), action: this.#action };
    }
    if (places.cut !== true && !known.startPlaces.isCut(subject.project, places)) return undefined;
    return {
      reason:
        'it has too many native modules, namespaces or added folders to compare with other artifacts',
      doubt: true,
      action: this.#action,
    };
  }
}
