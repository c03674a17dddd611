import { GlobIndex, ProjectSet } from '../domain/project-glob.js';
import { isSettable, needsOf, ON_CONTENT, RULES, type SettableRule } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { Verdict } from '../domain/verdict.js';
import { ask, type CompiledRule, evaluate } from './evaluate.js';
import { type PolicyMeaning, revisionOf } from './merge.js';
import type { Policy } from './policy.js';
import { opinionOf, underRelease } from './release.js';
import { allow } from './rules/allow.js';
import { type AttestationSettings, attestation } from './rules/attestation.js';
import { cooldown } from './rules/cooldown.js';
import { deny } from './rules/deny.js';
import { findings } from './rules/findings.js';
import { integrity } from './rules/integrity.js';
import { malwareFeed } from './rules/malware-feed.js';
import { metadata } from './rules/metadata.js';
import type { Rule } from './rules/rule.js';
import { sdist } from './rules/sdist.js';
import { startupHook } from './rules/startup-hook.js';
import { status } from './rules/status.js';
import { yanked } from './rules/yanked.js';
import { reachOf, Waivers } from './waivers.js';

/**
 * Makes a policy's meaning ready to be asked: every list indexed. Some milliseconds for 10,000 denials, where their
 * revision is known: this is what a change of the policy costs all who are served meanwhile.
 */
export function compilePolicy(meaning: PolicyMeaning, revision = revisionOf(meaning)): Policy {
  const { rules } = meaning;
  const answers: Record<SettableRule, Rule> = {
    deny: deny(meaning.deny),
    'malware-feed': malwareFeed(
      rules['malware-feed']['max-age'] ?? 0,
      rules['malware-feed'].stale ?? 'warn',
    ),
    'startup-hook': startupHook(rules['startup-hook'], meaning.hooks),
    archive: findings('archive', rules.archive),
    record: findings('record', rules.record),
    metadata: metadata(rules.metadata),
    attestation: attestation(attestationSettings(rules.attestation)),
    allow: allow(meaning.allow),
    status: status(rules.status.refuse ?? []),
    sdist: sdist(rules.sdist.when ?? 'always'),
    yanked,
    cooldown: cooldown(rules.cooldown.age ?? 0),
  };
  const compiled = RULES.flatMap((id): CompiledRule[] => {
    return isSettable(id) ? compileRule(id, answers[id], meaning) : [INTEGRITY];
  });
  const waivers = new Waivers(meaning.waivers, reachOf(meaning.waiverMax));
  const unopposed = unopposedVerdicts(revision);
  const onWheels = compiled.filter(({ id }) => ON_CONTENT.has(id));
  const onAttestations = compiled.filter(({ id }) => needsOf(id).includes('attestations'));
  const feedRule = rules['malware-feed'];
  return {
    revision,
    heedsFeedAge: feedRule.action !== 'off' && feedRule.stale === 'block',
    evaluate: (about, release) => {
      const own = evaluate(compiled, waivers, unopposed, about);
      return release === undefined ? own : underRelease(own, release);
    },
    ofRelease: (wheels, now) =>
      opinionOf(wheels, ({ subject, known }) =>
        evaluate(onWheels, waivers, unopposed, { subject, now, known }),
      ),
    unknownAttestations: (about) =>
      onAttestations.flatMap((rule) => ask(rule, about)?.unknown ?? []),
  };
}

/** Verdicts without an objection, by the end of their validity. Those of a page end together, as a rule: one object. */
function unopposedVerdicts(revision: string): (validUntil: number) => Verdict {
  const make = (validUntil: number): Verdict => ({
    outcome: 'allow',
    decisive: undefined,
    hits: [],
    revision,
    validUntil,
  });
  const forGood = make(Infinity);
  let last = forGood;
  return (validUntil) => {
    if (validUntil === Infinity) return forGood;
    if (last.validUntil !== validUntil) last = make(validUntil);
    return last;
  };
}

function attestationSettings({
  require = [],
  regression,
}: PolicyMeaning['rules']['attestation']): AttestationSettings {
  const releases = regression === 'off' ? undefined : regression?.releases;
  return { require: new GlobIndex(require.map((one) => [one.project, one])), releases };
}

const INTEGRITY: CompiledRule = {
  id: 'integrity',
  answer: integrity,
  action: 'block',
  index: 'yank',
  dryRun: false,
  applies: () => true,
};

function compileRule(id: SettableRule, answer: Rule, meaning: PolicyMeaning): CompiledRule[] {
  const settings = meaning.rules[id];
  if (settings.action === 'off') return [];
  const upstreams = settings.upstreams && new Set(settings.upstreams);
  const projects = settings.projects && new ProjectSet(settings.projects);
  const exempt = settings.exempt && new ProjectSet(settings.exempt);
  return [
    {
      id,
      answer,
      action: settings.action,
      index: settings.index ?? 'yank',
      dryRun: (settings.mode ?? meaning.mode) === 'dry-run',
      applies: ({ upstream, project }: Subject) =>
        (upstreams === undefined || upstreams.has(upstream)) &&
        (projects === undefined || projects.has(project)) &&
        !exempt?.has(project),
    },
  ];
}
