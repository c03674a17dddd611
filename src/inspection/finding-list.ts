import type { Excerpt, Finding } from '../domain/finding.js';
import { FINDING_CODES, type FindingCode } from '../domain/finding-codes.js';
import { printable } from './printable.js';

export interface Evidence {
  readonly member?: string;
  readonly sha256?: Finding['sha256'];
  readonly landing?: string;
  readonly template?: string;
  readonly offset?: number;
  readonly excerpt?: Excerpt | undefined;
}

/** A hostile archive could earn a finding for each of 100,000 members; a handful of each code is evidence enough. */
const MAX_PER_CODE = 20;

/**
 * The policy has exceptions for startup hooks file by file, so each has a finding; hooks beyond this limit share one
 * finding that only a waiver lifts.
 */
const MAX_HOOKS = 300;

/** The findings of one inspection, collected. */
export class FindingList {
  readonly #found: Finding[] = [];
  readonly #counts = new Map<FindingCode, number>();
  #hooks = 0;

  add(code: FindingCode, detail: string, evidence: Evidence = {}): void {
    const { rule } = FINDING_CODES[code];
    if (rule === 'startup-hook') {
      if (++this.#hooks > MAX_HOOKS) return this.#addTooMany();
    } else {
      const count = (this.#counts.get(code) ?? 0) + 1;
      this.#counts.set(code, count);
      if (count > MAX_PER_CODE) return;
    }
    this.#push(code, detail, evidence);
  }

  #addTooMany(): void {
    if (this.#hooks === MAX_HOOKS + 1)
      this.#push('too-many-hooks', `more than ${MAX_HOOKS} start-up hooks`, {});
  }

  #push(code: FindingCode, detail: string, { member, ...rest }: Evidence): void {
    this.#found.push({
      code,
      rule: FINDING_CODES[code].rule,
      detail: printable(detail, 400),
      ...rest,
      ...(member === undefined ? {} : { member: printable(member, 1000) }),
    });
  }

  addProblem(problem: InspectionProblem): void {
    this.add(problem.code, problem.message, problem.evidence);
  }

  get all(): readonly Finding[] {
    return this.#found;
  }
}

/** Ends an inspection immediately: the archive is unreadable from there on. It becomes a finding. */
export class InspectionProblem extends Error {
  override readonly name = 'InspectionProblem';
  readonly code: FindingCode;
  readonly evidence: Evidence;

  constructor(code: FindingCode, message: string, evidence: Evidence = {}) {
    super(message);
    this.code = code;
    this.evidence = evidence;
  }
}
