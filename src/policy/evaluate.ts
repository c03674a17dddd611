import { isProbe } from '../domain/probe.js';
import type { RuleId } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit, Verdict, WaiverNote } from '../domain/verdict.js';
import type { Answer, Case, Objection, Rule } from './rules/rule.js';
import { oneLine } from './terms.js';
import type { Waivers } from './waivers.js';

/** A rule that is on, ready to be asked. */
export interface CompiledRule {
  readonly id: RuleId;
  readonly answer: Rule;
  readonly action: 'block' | 'warn';
  readonly index: 'yank' | 'hide';
  readonly dryRun: boolean;
  /** Whether the rule is for this file at all. */
  readonly applies: (subject: Subject) => boolean;
}

/** A failed rule may succeed on the next attempt, so its answer is kept only this long, in milliseconds. */
const FAILED_FOR = 5_000;

/**
 * Evaluates every rule, in the given order: the strongest first.
 * @param unopposed returns the verdict without matches, valid until the given time: one object for many files
 */
export function evaluate(
  rules: readonly CompiledRule[],
  waivers: Waivers,
  unopposed: (validUntil: number) => Verdict,
  about: Case,
): Verdict {
  const certain: RuleHit[] = [];
  const doubtful: RuleHit[] = [];
  // The cause of an aborted inspection may have ended then.
  let validUntil = about.known.inspection?.countsUntil ?? Infinity;
  for (const rule of rules) {
    const answer = ask(rule, about);
    if (answer === undefined) continue;
    for (const at of [answer.recheckAt, answer.until])
      if (at !== undefined && at > about.now) validUntil = Math.min(validUntil, at);
    if (answer.reason === undefined) continue;
    const { waiver, recheckAt: waived } = waivers.find(rule.id, about.subject, about.now);
    if (waived > about.now) validUntil = Math.min(validUntil, waived);
    const hit = hitOf(rule, answer, waiver);
    const isOfProbe = isProbe(about.known.inspection) && isSilentWithoutBytes(rule, about);
    (answer.doubt ? doubtful : certain).push(isOfProbe ? { ...hit, probe: true } : hit);
  }
  if (certain.length === 0 && doubtful.length === 0) return unopposed(validUntil);
  // Observations come before missing observations as the reason.
  const hits = [...certain, ...doubtful];
  const standing = hits.filter((hit) => hit.waiver === undefined && hit.lifted !== true);
  const block = standing.find((hit) => hit.action === 'block' && !hit.dryRun);
  const decisive = block ?? standing[0];
  return {
    outcome: block !== undefined ? 'block' : decisive !== undefined ? 'warn' : 'allow',
    decisive,
    hits,
    revision: unopposed(Infinity).revision,
    validUntil,
  };
}

/** A rule's answer; a rule that throws refuses. */
export function ask({ applies, answer }: CompiledRule, about: Case): Answer {
  try {
    return applies(about.subject) ? answer(about) : undefined;
  } catch (error) {
    const reason = `the rule failed on ${about.subject.filename}: ${messageOf(error)}`;
    // A failed rule refuses even if its action is only to warn.
    return { reason, action: 'block', recheckAt: about.now + FAILED_FOR };
  }
}

function isSilentWithoutBytes(rule: CompiledRule, about: Case): boolean {
  return (
    ask(rule, { ...about, known: { ...about.known, inspection: undefined } })?.reason === undefined
  );
}

function hitOf(
  rule: CompiledRule,
  { reason, reference, since, until, doubt, lifted, action = rule.action }: Objection,
  waiver: WaiverNote | undefined,
): RuleHit {
  return {
    rule: rule.id,
    action,
    reason: `${oneLine(reason)} (${rule.id})`,
    ...(reference !== undefined && { reference: oneLine(reference) }),
    index: rule.index,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(doubt && { doubt }),
    ...(lifted && { lifted }),
    ...(waiver !== undefined && { waiver }),
    ...(waiver === undefined && rule.dryRun && action === 'block' && { dryRun: true }),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
