import type { DecisionRecord } from '../decisions/record.js';
import { writeFacts } from '../domain/page-facts.js';
import type { Subject } from '../domain/subject.js';
import type { Verdict } from '../domain/verdict.js';

/**
 * The decision that results from a probe: from now on, project pages show the file as refused.
 * @param verdict the verdict on the file for its page
 * @param now milliseconds since 1970
 * @returns undefined if no rule objects to the result
 */
export function probeRecord(
  subject: Subject,
  verdict: Verdict,
  now: number,
): DecisionRecord | undefined {
  const hit = verdict.hits.find(({ probe, action }) => probe === true && action === 'block');
  if (hit === undefined || hit.waiver !== undefined) return undefined;
  const { upstream, project, version, filename, sha256, size } = subject;
  return {
    time: new Date(now).toISOString(),
    client: '',
    method: 'PROBE',
    status: 0,
    upstream,
    project,
    version,
    filename,
    sha256,
    bytes: 0,
    size,
    complete: false,
    verdict: verdict.outcome,
    wouldBlock: hit.dryRun === true ? true : undefined,
    probe: true,
    rule: hit.rule,
    reason: hit.reason,
    revision: verdict.revision,
    page: writeFacts(subject, now),
  };
}
