import { parseDistributionFilename } from '../domain/distribution-filename.js';
import type { Inspection } from '../domain/finding.js';
import { NOTHING_KNOWN } from '../domain/knowledge.js';
import { NO_PAGE } from '../domain/page-facts.js';
import { ProjectSet } from '../domain/project-glob.js';
import {
  ACCUSING,
  isSettable,
  needsOf,
  ON_CONTENT,
  RULES,
  type RuleId,
  type SettableRule,
} from '../domain/rules.js';
import type { SeenArtifact, Standing } from '../domain/start-partners.js';
import type { Subject } from '../domain/subject.js';
import type { Verdict } from '../domain/verdict.js';
import { ask, type CompiledRule, evaluate } from './evaluate.js';
import { type PolicyMeaning, revisionOf } from './merge.js';
import type { Policy } from './policy.js';
import { opinionOf, underRelease } from './release.js';
import { heedsFixes } from './rules/cooldown.js';
import type { SettableForm } from './rules/form.js';
import { FIXED, SETTABLE } from './rules/index.js';
import { heedsFeedAge } from './rules/malware-feed.js';
import type { Case, Rule } from './rules/rule.js';
import { reachOf, Waivers } from './waivers.js';

/**
 * Compiles a policy: every list is indexed. With a known revision, that takes some milliseconds for 10,000 denials,
 * during which all other requests wait.
 */
export function compilePolicy(meaning: PolicyMeaning, revision = revisionOf(meaning)): Policy {
  const compiled = RULES.flatMap((id) =>
    isSettable(id) ? compileRule(id, meaning) : [always(id, FIXED[id])],
  );
  const waivers = new Waivers(meaning.waivers, reachOf(meaning.waiverMax));
  const unopposed = unopposedVerdicts(revision);
  const onWheels = compiled.filter(({ id }) => ON_CONTENT.has(id));
  const standingOf = (about: Case): Standing => {
    const { outcome, hits } = evaluate(onWheels, waivers, unopposed, about);
    if (outcome === 'block') return 'refused';
    return hits.some(({ waiver }) => waiver !== undefined) ? 'waived' : 'permitted';
  };
  const withStandings = (about: Case): Case =>
    about.known.inspection?.startPlaces === undefined
      ? about
      : { ...about, standingOf: (artifact) => standingOf(caseOf(artifact, about)) };
  const accusing = compiled.filter(({ id }) => ACCUSING.has(id));
  const onAttestations = compiled.filter(({ id }) => needsOf(id).includes('attestations'));
  return {
    revision,
    heedsFeedAge: heedsFeedAge(meaning.rules['malware-feed']),
    heedsFixes: heedsFixes(meaning.rules.cooldown),
    waiverMax: meaning.waiverMax,
    evaluate: (about, release) => {
      const own = evaluate(compiled, waivers, unopposed, withStandings(about));
      return release === undefined ? own : underRelease(own, release);
    },
    accuse: (about) => evaluate(accusing, waivers, unopposed, about),
    ofRelease: (wheels, now) =>
      opinionOf(wheels, ({ subject, known }) =>
        evaluate(onWheels, waivers, unopposed, withStandings({ subject, now, known })),
      ),
    unknownAttestations: (about) =>
      onAttestations.flatMap((rule) => ask(rule, about)?.unknown ?? []),
  };
}

/** Another artifact from the same upstream, judged by the findings of its inspection alone. */
function caseOf(
  { project, filename, sha256, findings }: SeenArtifact,
  { subject, now }: Case,
): Case {
  const version = parseDistributionFilename(filename, project)?.version;
  const inspection: Inspection = {
    inspector: 0,
    sha256,
    filename,
    size: 0,
    findings,
    memberDigests: '',
    memberCount: 0,
    inflatedBytes: 0,
  };
  return {
    subject: {
      ...NO_PAGE,
      upstream: subject.upstream,
      publicUpstream: subject.publicUpstream,
      project,
      version,
      filename,
      kind: 'wheel',
      sha256,
      size: undefined,
    },
    now,
    known: { ...NOTHING_KNOWN, inspection },
  };
}

/**
 * Verdicts without a match, by the end of their validity. Those of a page usually end together and share one object.
 */
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

function always(id: RuleId, answer: Rule): CompiledRule {
  return { id, answer, action: 'block', index: 'yank', dryRun: false, applies: () => true };
}

function compileRule(id: SettableRule, meaning: PolicyMeaning): CompiledRule[] {
  const settings = meaning.rules[id];
  if (settings.action === 'off') return [];
  const form: SettableForm = SETTABLE[id];
  const upstreams = settings.upstreams && new Set(settings.upstreams);
  const projects = settings.projects && new ProjectSet(settings.projects);
  const exempt = settings.exempt && new ProjectSet(settings.exempt);
  return [
    {
      id,
      answer: form.create(settings, meaning),
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
