import { withDeadline } from '../runtime/deadline.js';
import type { Advisory } from './advisory.js';
import { parseAdvisoryId } from './advisory-id.js';
import { Inquiry, type InquiryParts } from './inquiry.js';

export interface AdvisoryParts extends InquiryParts {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** So long a question waits until it is known what earlier runs have found, in milliseconds: after a start, it takes a moment. */
const PATIENCE = 2_000;

/** What is said against releases that somebody has locked or installed, wherever from. */
export class Advisories {
  readonly #parts: AdvisoryParts;
  readonly #begun: Promise<void>;
  #basis: { readonly text: string; readonly since: number } | undefined;

  constructor(parts: AdvisoryParts) {
    this.#parts = parts;
    this.#begun = withDeadline(PATIENCE, parts.suspected.searched).catch(() => {});
  }

  /** Milliseconds since 1970: since when what the policy says has been as it is, as far as this process knows. */
  get since(): number {
    const { judge, now } = this.#parts;
    if (this.#basis?.text !== judge.basis) this.#basis = { text: judge.basis, since: now() };
    return this.#basis.since;
  }

  /** For the questions of one request. */
  async inquiry(): Promise<Inquiry> {
    await this.#begun;
    return new Inquiry(this.#parts);
  }

  /** What an identifier stands for, now; undefined where nothing is said under it (any more). */
  async find(id: string): Promise<Advisory | undefined> {
    const inquiry = await this.inquiry();
    const release = parseAdvisoryId(id);
    if (release === undefined) return inquiry.ofRecord(id);
    const { project, version } = release;
    return (await inquiry.of(project, version)).find((advisory) => advisory.id === id);
  }
}
