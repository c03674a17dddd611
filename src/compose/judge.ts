import { NO_FEED } from '../domain/malware-feed.js';
import type { FindingsStore } from '../store/findings-store.js';
import { type AttestationSource, Judge } from '../verdicts/judge.js';
import type { Machine } from './machine.js';
import type { Process } from './process.js';

export function createJudge(
  { now }: Process,
  { policies, feed }: Pick<Machine, 'policies' | 'feed'>,
  findings: FindingsStore,
  attestations: AttestationSource,
): Judge {
  return new Judge(policies, findings, attestations, now, () => feed?.current ?? NO_FEED);
}
