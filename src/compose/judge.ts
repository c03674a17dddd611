import { NO_NAMES } from '../domain/known-names.js';
import { NO_FEED } from '../domain/malware-feed.js';
import { Judge } from '../verdicts/judge.js';
import type { KnowledgeSources } from '../verdicts/knowledge.js';
import type { Machine } from './machine.js';
import type { Process } from './process.js';

export function createJudge(
  { now }: Process,
  { policies, feed, confirmation }: Pick<Machine, 'policies' | 'feed' | 'confirmation'>,
  { findings, attestations, probes }: Omit<KnowledgeSources, 'feed' | 'names'>,
): Judge {
  const sources = {
    findings,
    attestations,
    probes,
    feed: () => feed?.current ?? NO_FEED,
    names: () => NO_NAMES,
  };
  return new Judge(policies, sources, now, confirmation);
}
