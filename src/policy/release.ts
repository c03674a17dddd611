import type { Knowledge } from '../domain/knowledge.js';
import { RULES } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit, Verdict } from '../domain/verdict.js';
import { oneLine } from './terms.js';

/** A wheel of an sdist's release, with the facts about its bytes. */
export interface ReleaseWheel {
  readonly subject: Subject;
  /** For exactly these bytes: findings in an earlier file of this name do not apply. */
  readonly known: Knowledge;
}

/** The result that a release's wheels imply for its sdists. */
export interface ReleaseOpinion {
  /** The strongest refusal of any of them. */
  readonly hit: RuleHit | undefined;
  /** Milliseconds since 1970: until then time alone changes nothing (Infinity: never). */
  readonly validUntil: number;
}

const NONE: ReleaseOpinion = { hit: undefined, validUntil: Infinity };

/**
 * Rules on content (`ON_CONTENT`) that match a wheel also refuse the release's sdists: an sdist, which writes its files
 * during the build, would install the same content unseen. The other rules judge each file's page facts, or match the
 * sdist itself.
 * @param evaluate evaluates the rules on content for one wheel
 */
export function opinionOf(
  wheels: Iterable<ReleaseWheel>,
  evaluate: (wheel: ReleaseWheel) => Verdict,
): ReleaseOpinion {
  let strongest: RuleHit | undefined;
  let validUntil = Infinity;
  for (const wheel of wheels) {
    const { outcome, decisive, validUntil: until } = evaluate(wheel);
    validUntil = Math.min(validUntil, until);
    if (outcome !== 'block' || decisive === undefined) continue;
    if (strongest === undefined || rank(decisive) < rank(strongest))
      strongest = refusalOfSdist(wheel.subject, decisive);
  }
  // Thousands of releases of a page have no matches.
  return strongest === undefined && validUntil === Infinity ? NONE : { hit: strongest, validUntil };
}

function refusalOfSdist({ filename, sha256 }: Subject, hit: RuleHit): RuleHit {
  const end = ` (${hit.rule})`;
  const reason = hit.reason.endsWith(end) ? hit.reason.slice(0, -end.length) : hit.reason;
  return {
    ...hit,
    reason: `${oneLine(`its wheel ${filename} is refused: ${reason}`)}${end}`,
    wheel: { filename, sha256 },
  };
}

/** Combines an sdist's own verdict with the result for its release's wheels: the stronger rule becomes the reason. */
export function underRelease(own: Verdict, { hit, validUntil }: ReleaseOpinion): Verdict {
  const until = Math.min(own.validUntil, validUntil);
  if (hit === undefined) return until === own.validUntil ? own : { ...own, validUntil: until };
  const ownIsStronger =
    own.outcome === 'block' && own.decisive !== undefined && rank(own.decisive) <= rank(hit);
  const weaker = own.hits.findIndex((other) => rank(other) > rank(hit));
  const at = weaker === -1 ? own.hits.length : weaker;
  return {
    ...own,
    outcome: 'block',
    decisive: ownIsStronger ? own.decisive : hit,
    hits: [...own.hits.slice(0, at), hit, ...own.hits.slice(at)],
    validUntil: until,
  };
}

function rank({ rule }: RuleHit): number {
  return RULES.indexOf(rule);
}
