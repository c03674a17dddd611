import type { Subject } from '../domain/subject.js';
import type { RuleHit, RuleId, Verdict } from '../domain/verdict.js';
import type { Case, Judge, Objection } from './rules/rule.js';
import { oneLine } from './terms.js';
import type { Waivers } from './waivers.js';

/** A rule that is on, ready to be asked. */
export interface CompiledRule {
  readonly id: RuleId;
  readonly judge: Judge;
  readonly action: 'block' | 'warn';
  readonly index: 'yank' | 'hide';
  readonly dryRun: boolean;
  /** Whether the rule is for this file at all. */
  readonly applies: (subject: Subject) => boolean;
}

/**
 * Asks every rule, in the order given: the strongest first.
 * @param unopposed the verdict where none of them objects, one object for all files
 */
export function evaluate(
  rules: readonly CompiledRule[],
  waivers: Waivers,
  unopposed: Verdict,
  about: Case,
): Verdict {
  const certain: RuleHit[] = [];
  const doubtful: RuleHit[] = [];
  // What broke an inspection off may have passed by then.
  let validUntil = about.inspection?.countsUntil ?? Infinity;
  for (const rule of rules) {
    const answer = ask(rule, waivers, about);
    if (answer === undefined) continue;
    (answer.doubt ? doubtful : certain).push(answer.hit);
    if (answer.recheckAt > about.now) validUntil = Math.min(validUntil, answer.recheckAt);
  }
  if (certain.length === 0 && doubtful.length === 0) return unopposed;
  // What was seen is named as the reason before what could not be seen.
  const hits = [...certain, ...doubtful];
  const standing = hits.filter((hit) => hit.waiver === undefined);
  const block = standing.find((hit) => hit.action === 'block' && !hit.dryRun);
  const decisive = block ?? standing[0];
  return {
    outcome: block !== undefined ? 'block' : decisive !== undefined ? 'warn' : 'allow',
    decisive,
    hits,
    revision: unopposed.revision,
    validUntil: Math.min(validUntil, ...hits.flatMap((hit) => changes(hit, about.now))),
  };
}

interface RuleAnswer {
  readonly hit: RuleHit;
  readonly doubt: boolean;
  readonly recheckAt: number;
}

function ask(rule: CompiledRule, waivers: Waivers, about: Case): RuleAnswer | undefined {
  let objection: Objection | undefined;
  let { action } = rule;
  try {
    if (rule.applies(about.subject)) objection = rule.judge(about);
  } catch (error) {
    // Doubt refuses, also where the rule alone would only have warned.
    action = 'block';
    objection = { reason: `the rule failed on ${about.subject.filename}: ${messageOf(error)}` };
  }
  if (objection === undefined) return undefined;
  action = objection.action ?? action;
  const { reason, reference, since, until, doubt = false, recheckAt = Infinity } = objection;
  const waiver = waivers.find(rule.id, about.subject, about.now);
  const hit: RuleHit = {
    rule: rule.id,
    action,
    reason: `${oneLine(reason)} (${rule.id})`,
    ...(reference !== undefined && { reference: oneLine(reference) }),
    index: rule.index,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(waiver !== undefined && { waiver }),
    ...(waiver === undefined && rule.dryRun && action === 'block' && { dryRun: true }),
  };
  return { hit, doubt, recheckAt };
}

/** The instants to come at which time alone changes what a hit says. */
function changes({ until, waiver }: RuleHit, now: number): number[] {
  return [until, waiver?.expires].filter((at) => at !== undefined && at > now) as number[];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
