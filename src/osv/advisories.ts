import { withDeadline } from '../runtime/deadline.js';
import type { Advisory } from './advisory.js';
import { parseAdvisoryId } from './advisory-id.js';
import { Inquiry, type InquiryParts } from './inquiry.js';

export interface AdvisoryParts extends InquiryParts {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * How long a query waits for the findings of earlier runs, in milliseconds: reading them takes a moment after a start.
 */
const PATIENCE = 2_000;

/** The advisories against locked or installed releases from any source. */
export class Advisories {
  readonly #parts: AdvisoryParts;
  readonly #begun: Promise<void>;
  #basis: { readonly text: string; readonly since: number } | undefined;

  constructor(parts: AdvisoryParts) {
    this.#parts = parts;
    this.#begun = withDeadline(PATIENCE, parts.suspected.searched).catch(() => {});
  }

  /** Since when the policy has been in force, as far as this process knows, in milliseconds since 1970. */
  get since(): number {
    const { judge, now } = this.#parts;
    if (this.#basis?.text !== judge.basis) this.#basis = { text: judge.basis, since: now() };
    return this.#basis.since;
  }

  /** For the queries of one request. */
  async inquiry(): Promise<Inquiry> {
    await this.#begun;
    return new Inquiry(this.#parts);
  }

  /** The present advisory with an identifier; undefined if there is none (any longer). */
  async find(id: string): Promise<Advisory | undefined> {
    const inquiry = await this.inquiry();
    const release = parseAdvisoryId(id);
    if (release === undefined) return inquiry.ofRecord(id);
    const { project, version } = release;
    return (await inquiry.of(project, version)).find((advisory) => advisory.id === id);
  }
}
