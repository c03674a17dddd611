import { parseSha256, type Sha256 } from '../domain/digest.js';
import type { Finding } from '../domain/finding.js';
import { CODES, type FindingCode } from './codes.js';
import { type InspectionLimits, RATIO_FROM } from './limits.js';

/** What goes with a finding beside its code and its sentence. */
export type Evidence = Omit<Partial<Finding>, 'code' | 'rule' | 'detail'>;

/** Findings of one code beyond this many say nothing new. */
const PER_CODE = 20;

/** Thrown where looking on makes no sense: the finding that says why is in the report. */
export class Stop extends Error {
  override readonly name = 'Stop';
}

/** Collects what one inspection sees, and holds it to its limits. */
export class Report {
  readonly findings: Finding[] = [];
  readonly limits: InspectionLimits;
  metadataSha256: Sha256 | undefined;
  memberCount = 0;
  inflatedBytes = 0;
  readonly #packedBytes: number;
  readonly #digests: Buffer[] = [];
  readonly #counts = new Map<FindingCode, number>();
  readonly #deadline: number;

  constructor(limits: InspectionLimits, packedBytes: number) {
    this.limits = limits;
    this.#packedBytes = packedBytes;
    this.#deadline = performance.now() + limits.time;
  }

  /** @param detail one plain sentence; odd characters of names are escaped by `shown` before */
  add(code: FindingCode, detail: string, evidence: Evidence = {}): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count > PER_CODE) return;
    this.findings.push({ code, rule: CODES[code].rule, detail, ...evidence });
  }

  /** Notes the finding and ends the inspection: nothing behind it can be believed. */
  stop(code: FindingCode, detail: string, evidence: Evidence = {}): never {
    this.add(code, detail, evidence);
    throw new Stop(detail);
  }

  countMember(): void {
    this.memberCount += 1;
    if (this.memberCount > this.limits.members)
      this.stop('inspection-limit-members', `it has more than ${this.limits.members} members`);
  }

  countInflated(bytes: number): void {
    this.inflatedBytes += bytes;
    const { inflatedBytes, ratio, time } = this.limits;
    if (this.inflatedBytes > inflatedBytes)
      this.stop('inspection-limit-inflated', `it unpacks to more than ${inflatedBytes} bytes`);
    if (this.inflatedBytes > RATIO_FROM && this.inflatedBytes > ratio * this.#packedBytes)
      this.stop('inspection-limit-ratio', `it unpacks to more than ${ratio} times its size`);
    if (performance.now() > this.#deadline)
      this.stop('inspection-limit-time', `looking at it takes more than ${time} ms`);
  }

  addDigest(digest: Buffer): void {
    this.#digests.push(Buffer.from(digest.subarray(0, 8)));
  }

  get memberDigests(): string {
    return Buffer.concat(this.#digests).toString('base64');
  }
}

/** A name or a line as it can be shown on any screen: printable ASCII, the rest escaped, cut to a length. */
export function shown(text: string, length = 120): string {
  const plain = text.replace(/[^\x20-\x7e]|\\/g, (character) =>
    character === '\\' ? '\\\\' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}

export function asSha256(digest: Buffer): Sha256 {
  return parseSha256(digest.toString('hex'))!;
}
