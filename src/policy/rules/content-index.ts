import type { Sha256 } from '../../domain/digest.js';
import type { Inspection } from '../../domain/finding.js';
import type { Denial } from '../entries.js';

/** Bytes of each digest in `Inspection.memberDigests`. */
const PREFIX = 8;

/** Denials by digest: of whole artifacts, and of the files in them. */
export class ContentIndex {
  readonly #byDigest = new Map<string, Denial>();
  /** By the first 4 bytes as a number, which a search among thousands of members compares fastest. */
  readonly #byStart = new Map<number, Map<string, Denial>>();
  /** An inspection never changes, and pages look up the same ones repeatedly. */
  readonly #seen = new WeakMap<Inspection, Denial | 'none'>();

  constructor(denials: readonly Denial[]) {
    for (const denial of denials) {
      if (denial.sha256 === undefined || this.#byDigest.has(denial.sha256)) continue;
      this.#byDigest.set(denial.sha256, denial);
      const start = Number.parseInt(denial.sha256.slice(0, 8), 16);
      const same = this.#byStart.get(start) ?? new Map<string, Denial>();
      this.#byStart.set(start, same.set(denial.sha256.slice(0, 2 * PREFIX), denial));
    }
  }

  artifact(sha256: Sha256): Denial | undefined {
    return this.#byDigest.get(sha256);
  }

  /** The denial of any file in the artifact. */
  member(inspection: Inspection): Denial | undefined {
    if (this.#byDigest.size === 0) return undefined;
    let seen = this.#seen.get(inspection);
    if (seen === undefined) {
      seen = this.#search(inspection) ?? 'none';
      this.#seen.set(inspection, seen);
    }
    return seen === 'none' ? undefined : seen;
  }

  #search({ findings, memberDigests }: Inspection): Denial | undefined {
    for (const { sha256 } of findings) {
      const denial = sha256 && this.#byDigest.get(sha256);
      if (denial) return denial;
    }
    const digests = Buffer.from(memberDigests, 'base64');
    if (digests.length % PREFIX !== 0) throw new Error('the member digests are damaged');
    for (let at = 0; at < digests.length; at += PREFIX) {
      const same = this.#byStart.get(digests.readUInt32BE(at));
      const denial = same?.get(digests.toString('hex', at, at + PREFIX));
      if (denial !== undefined) return denial;
    }
    return undefined;
  }
}
