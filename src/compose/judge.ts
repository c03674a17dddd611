import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import { NO_FEED } from '../domain/malware-feed.js';
import { Judge } from '../verdicts/judge.js';
import type { KnowledgeSources } from '../verdicts/knowledge.js';
import { NamesInUse } from '../verdicts/names-in-use.js';
import type { Machine } from './machine.js';
import type { Process } from './process.js';

export function createJudge(
  { now }: Process,
  { policies, feed, confirmation }: Pick<Machine, 'policies' | 'feed' | 'confirmation'>,
  { findings, attestations, probes, startPlaces }: Omit<KnowledgeSources, 'feed' | 'names'>,
  decisions: Pick<DecisionQueries, 'usedProjects'>,
): Judge {
  const names = new NamesInUse(() => decisions.usedProjects(), now);
  const sources = {
    findings,
    attestations,
    probes,
    startPlaces,
    feed: () => feed?.current ?? NO_FEED,
    names: () => names,
  };
  return new Judge(policies, sources, now, confirmation);
}
