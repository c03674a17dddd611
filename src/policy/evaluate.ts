import type { Inspection } from '../domain/finding.js';
import type { Subject } from '../domain/subject.js';
import { type Outcome, RULES, type RuleHit, type RuleId, type Verdict } from '../domain/verdict.js';
import type { CompiledPolicy, RuleSettings } from './compiled.js';
import { RULE_FUNCTIONS } from './rules/index.js';
import type { Objection, Question } from './rules/rule.js';
import type { WaiverEntry } from './schema.js';

/** Asks every rule, and weighs the answers: a pure function. */
export function evaluate(
  policy: CompiledPolicy,
  subject: Subject,
  inspection: Inspection | undefined,
  now: number,
): Verdict {
  const question: Question = { subject, inspection, policy, now };
  const hits: RuleHit[] = [];
  for (const rule of RULES) {
    const settings = policy.rules[rule];
    if (settings.action === 'off' || !inScope(settings, subject)) continue;
    const objection = ask(rule, question);
    if (objection !== undefined) hits.push(weigh(rule, objection, question));
  }
  const blocking = hits.find((hit) => hit.action === 'block' && !isLifted(hit));
  const warning = hits.find((hit) => hit.waiver === undefined);
  const decisive = blocking ?? warning;
  const outcome: Outcome =
    blocking !== undefined ? 'block' : warning !== undefined ? 'warn' : 'allow';
  return { outcome, decisive, hits, revision: policy.revision, validUntil: validUntil(hits) };
}

function inScope(settings: RuleSettings, subject: Subject): boolean {
  const { upstreams, projects, exempt } = settings;
  if (upstreams !== undefined && !upstreams.includes(subject.upstream)) return false;
  if (projects !== undefined && !projects.some((glob) => glob.matches(subject.project)))
    return false;
  return !exempt.some((glob) => glob.matches(subject.project));
}

/** A rule that throws refuses: what could not be judged is not let through. */
function ask(rule: RuleId, question: Question): Objection | undefined {
  try {
    return RULE_FUNCTIONS[rule](question);
  } catch (error) {
    return { reason: `the rule failed: ${(error as Error).message}` };
  }
}

function weigh(rule: RuleId, objection: Objection, question: Question): RuleHit {
  const { action, dryRun, index } = question.policy.rules[rule];
  const waiver = waiverFor(rule, question);
  return {
    rule,
    action: action === 'warn' ? 'warn' : 'block',
    reason: objection.reason.replace(/\s+/g, ' '),
    ...(objection.reference !== undefined && { reference: objection.reference }),
    index: objection.index ?? index,
    ...(objection.until !== undefined && { until: objection.until }),
    ...(dryRun && { dryRun }),
    ...(waiver !== undefined && {
      waiver: { owner: waiver.owner, reason: waiver.reason, expires: waiver.expires },
    }),
  };
}

/** The waiver that lifts a rule for this release now; an expired one is inert. */
function waiverFor(rule: RuleId, { policy, subject, now }: Question): WaiverEntry | undefined {
  const { version } = subject;
  if (version === undefined) return undefined;
  return policy.waivers
    .get(subject.project)
    ?.find(
      (waiver) => waiver.rule === rule && now <= waiver.expires && waiver.versions.matches(version),
    );
}

function isLifted(hit: RuleHit): boolean {
  return hit.waiver !== undefined || hit.dryRun === true;
}

function validUntil(hits: readonly RuleHit[]): number {
  const ends = hits.flatMap(({ until, waiver }) => [
    until ?? Infinity,
    (waiver?.expires ?? Infinity) + 1,
  ]);
  return Math.min(Infinity, ...ends);
}
