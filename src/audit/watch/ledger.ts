import type { AuditFinding } from '../report.js';
import { findingKey, mayBeUnderWay } from './events.js';

interface Entry {
  readonly finding: AuditFinding;
  readonly since: number;
  reported: boolean;
}

/** The known and the reported findings of a monitor. */
export class Ledger {
  #entries = new Map<string, Entry>();
  readonly #patience: number;

  /** @param patience milliseconds after which a finding is reported even if the folder keeps changing */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** The reported findings that are still true. */
  get standing(): AuditFinding[] {
    return [...this.#entries.values()].flatMap(({ finding, reported }) =>
      reported ? [finding] : [],
    );
  }

  /** Whether a finding waits until the folder stops changing. */
  get waiting(): boolean {
    return [...this.#entries.values()].some(({ reported }) => !reported);
  }

  /** Adds the findings of a partial scan, all reported at once. @returns the new ones */
  add(findings: readonly AuditFinding[], now: number): AuditFinding[] {
    return findings.filter((finding) => {
      const key = findingKey(finding);
      if (this.#entries.get(key)?.reported) return false;
      this.#entries.set(key, { finding, since: now, reported: true });
      return true;
    });
  }

  /** Replaces all findings by those of a full scan. @param atRest nothing has changed since the previous scan */
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
