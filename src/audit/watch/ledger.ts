import type { AuditFinding } from '../report.js';
import { findingKey, mayBeUnderWay } from './events.js';

interface Entry {
  readonly finding: AuditFinding;
  readonly since: number;
  reported: boolean;
}

/** What a monitor has seen and told, from look to look. */
export class Ledger {
  #entries = new Map<string, Entry>();
  readonly #patience: number;

  /** @param patience milliseconds after which a finding is told although the folder never came to rest */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** The findings that were told and still hold. */
  get standing(): AuditFinding[] {
    return [...this.#entries.values()].flatMap(({ finding, reported }) =>
      reported ? [finding] : [],
    );
  }

  /** Whether something waits for the folder to come to rest. */
  get waiting(): boolean {
    return [...this.#entries.values()].some(({ reported }) => !reported);
  }

  /** Adds what a partial look found, all to be told at once. @returns what is new */
  add(findings: readonly AuditFinding[], now: number): AuditFinding[] {
    return findings.filter((finding) => {
      const key = findingKey(finding);
      if (this.#entries.get(key)?.reported) return false;
      this.#entries.set(key, { finding, since: now, reported: true });
      return true;
    });
  }

  /**
   * Takes the findings of a whole look for all that there is.
   * @param atRest nothing has changed since the look before
   */
  replace(
    findings: readonly AuditFinding[],
    now: number,
    atRest: boolean,
  ): { readonly told: AuditFinding[]; readonly resolved: AuditFinding[] } {
    const before = this.#entries;
    this.#entries = new Map();
    const told: AuditFinding[] = [];
    for (const finding of findings) {
      const key = findingKey(finding);
      const { since, reported } = before.get(key) ?? { since: now, reported: false };
      const due = !mayBeUnderWay(finding) || atRest || now - since >= this.#patience;
      if (due && !reported && !this.#entries.get(key)?.reported) told.push(finding);
      this.#entries.set(key, { finding, since, reported: reported || due });
    }
    const resolved = [...before].flatMap(([key, { finding, reported }]) =>
      reported && !this.#entries.has(key) ? [finding] : [],
    );
    return { told, resolved };
  }

  clear(): void {
    this.#entries.clear();
  }
}
