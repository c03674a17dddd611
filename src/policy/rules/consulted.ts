import {
  type AttestationRecord,
  type KnownAttestations,
  LONGEST_DOUBT,
  type Offer,
} from '../../domain/attestation.js';

/** The known attestations, and those that an opinion has used. */
export class Consulted {
  readonly #known: KnownAttestations;
  readonly #now: number;
  #recheckAt = Infinity;

  /** @param now milliseconds since 1970 */
  constructor(known: KnownAttestations, now: number) {
    this.#known = known;
    this.#now = now;
  }

  /** Milliseconds since 1970: the first instant at which one of the records that were asked for counts or not, unlike now. */
  get recheckAt(): number {
    return this.#recheckAt;
  }

  /** The current facts about a file; undefined if it must be verified, or verified again. */
  find({ filename, sha256 }: Offer): AttestationRecord | undefined {
    const record = this.#known.find(filename, sha256);
    if (record === undefined || record.askAgainAt === Infinity) return record;
    // A record with a validity beyond the maximum comes from a clock that was ahead.
    const [from, until] = [record.askAgainAt - LONGEST_DOUBT, record.askAgainAt];
    const counts = from <= this.#now && this.#now < until;
    const next = counts ? until : from;
    if (next > this.#now) this.#recheckAt = Math.min(this.#recheckAt, next);
    return counts ? record : undefined;
  }
}
