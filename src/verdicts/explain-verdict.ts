import type { Inspection } from '../domain/finding.js';
import { isoTime } from '../domain/instant.js';
import type { FeedHit } from '../domain/malware-feed.js';
import type { RuleId } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { Outcome, RuleHit, Verdict } from '../domain/verdict.js';

/**
 * The status of a file. A file that is not inspected is not allowed yet, even if its page facts are fine. A file that
 * its page facts refuse is refused.
 */
export type Standing = Outcome | 'not inspected yet';

/** A waiver that applies to a file. */
export interface ExplainedWaiver {
  /** The waived rule. Another rule may still refuse the file. */
  readonly rule: RuleId;
  readonly owner: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly expires: string;
}

/** The entry for one file in `wheelgate explain` and `/api/v1/explain`. */
export interface Explanation {
  readonly filename: string;
  readonly version: string | undefined;
  readonly standing: Standing;
  /**
   * Based on all known facts. A file that is not inspected yet is judged by the rules that do not need its contents.
   */
  readonly verdict: Outcome;
  readonly rule: string | undefined;
  readonly reason: string | undefined;
  readonly reference: string | undefined;
  /** ISO 8601: start of the rule's effect, if the rule has a start time. */
  readonly since: string | undefined;
  /** ISO 8601: end of the rule's effect, if it expires without an edit. */
  readonly until: string | undefined;
  /** Set if a rule matches but an exception allows the file; the reason names the exception. */
  readonly lifted?: true;
  /**
   * Set if only a probe has found the rule's match: the project page excludes the file, but the artifact is not
   * inspected yet.
   */
  readonly probe?: true;
  readonly waiver: ExplainedWaiver | undefined;
  /** Whether the artifact itself has been inspected. Otherwise only its project page entry is known. */
  readonly inspected: boolean;
  readonly findings: readonly { code: string; detail: string; sha256: string | undefined }[];
  readonly dryRun: boolean;
  /** All rules that match, strongest first. Warnings, waived matches and dry-run matches do not block the file. */
  readonly hits: readonly {
    readonly rule: RuleId;
    readonly action: RuleHit['action'];
    readonly reason: string;
    readonly waived: boolean;
    readonly dryRun: boolean;
  }[];
}

/** All facts behind a verdict, so clients can evaluate a different policy. */
export interface Facts {
  readonly subject: Subject;
  readonly inspection: Inspection | undefined;
  /** The malware feed's entry. */
  readonly malware?: FeedHit | undefined;
}

/** Converts a verdict into text and plain values. */
export function explainVerdict(
  {
    subject,
    inspection,
  }: Pick<Facts, 'inspection'> & {
    readonly subject: Pick<Subject, 'filename' | 'version'>;
  },
  verdict: Verdict,
): Explanation {
  const waived = verdict.hits.find((hit) => hit.waiver !== undefined);
  const lifted = verdict.hits.find((other) => other.lifted);
  const hit = verdict.decisive ?? waived ?? lifted;
  return {
    filename: subject.filename,
    version: subject.version,
    standing: standingOf({ inspected: inspection !== undefined, verdict: verdict.outcome }),
    verdict: verdict.outcome,
    rule: hit?.rule,
    reason: hit?.reason,
    reference: hit?.reference,
    since: isoTime(hit?.since),
    until: isoTime(hit?.until),
    ...(hit !== undefined && hit === lifted && { lifted: true }),
    ...(hit?.probe && { probe: true }),
    waiver: explainedWaiver(waived),
    inspected: inspection !== undefined,
    findings: (inspection?.findings ?? []).map(({ code, detail, sha256 }) => ({
      code,
      detail,
      sha256,
    })),
    dryRun: verdict.hits.some((other) => other.dryRun === true),
    hits: verdict.hits.map(({ rule, action, reason, waiver, dryRun }) => ({
      rule,
      action,
      reason,
      waived: waiver !== undefined,
      dryRun: dryRun === true,
    })),
  };
}

/** Also derives it from responses of other versions, which may omit it. */
export function standingOf({
  inspected,
  verdict,
}: Pick<Explanation, 'inspected' | 'verdict'>): Standing {
  return !inspected && verdict !== 'block' ? 'not inspected yet' : verdict;
}

export function explainedWaiver(hit: RuleHit | undefined): ExplainedWaiver | undefined {
  if (hit?.waiver === undefined) return undefined;
  const { owner, reason, expires } = hit.waiver;
  return { rule: hit.rule, owner, reason, expires: new Date(expires).toISOString() };
}
