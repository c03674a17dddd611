import { type DecisionRecord, isRequest, type RecordedArtifact } from '../decisions/record.js';
import { NOTHING_KNOWN } from '../domain/knowledge.js';
import { type Need, needsOf } from '../domain/rules.js';
import type { Outcome, Verdict } from '../domain/verdict.js';
import type { Policy } from '../policy/policy.js';
import { clientOf } from './delivery.js';
import { type JudgedArtifact, JudgedArtifacts, type Recall } from './judged-artifacts.js';
import { subjectOfRecord } from './subject-of-record.js';

/** An artifact with another verdict under the new policy than in the log. */
export interface ChangedVerdict extends RecordedArtifact {
  readonly was: Outcome;
  /** The reason in the log; undefined without a match. */
  readonly because?: string | undefined;
  readonly becomes: Outcome;
  readonly reason?: string | undefined;
  /** Requests that would have been answered otherwise. */
  readonly requests: number;
  readonly clients: number;
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
}

export interface Replay {
  readonly requests: number;
  readonly artifacts: number;
  /** Artifacts whose findings are not at hand: the rules that need bytes were not asked. */
  readonly unopened: number;
  /** Skipped requests: decided before the verdict, or by a rule on bytes or a malware feed that are unavailable. */
  readonly unclear: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly changes: readonly ChangedVerdict[];
}

interface Change {
  readonly record: DecisionRecord;
  readonly verdict: Verdict;
  readonly clients: Set<string>;
  requests: number;
  first: string;
  last: string;
}

/** Judges every request of a decision log again, as of its own time, under another policy. */
export async function replay(
  records: AsyncIterable<DecisionRecord>,
  policy: Policy,
  recall: Recall,
): Promise<Replay> {
  const artifacts = new JudgedArtifacts(policy, recall);
  const changes = new Map<string, Change>();
  let [requests, unclear] = [0, 0];
  let from: string | undefined;
  let to: string | undefined;
  for await (const record of records) {
    const time = Date.parse(record.time);
    const subject = subjectOfRecord(record);
    if (subject === undefined || Number.isNaN(time) || !isOfArtifact(record)) continue;
    requests += 1;
    if (from === undefined || record.time < from) from = record.time;
    if (to === undefined || record.time > to) to = record.time;
    const artifact = await artifacts.judge(record, subject, time);
    if (record.pending === true || cannotTell(record, artifact)) unclear += 1;
    else if (artifact.verdict.outcome !== record.verdict) note(changes, record, artifact.verdict);
  }
  const all = artifacts.all();
  const unopened = all.filter(({ known }) => !known.inspection).length;
  return {
    requests,
    artifacts: all.length,
    unopened,
    unclear,
    from,
    to,
    changes: [...changes.values()].map(summary),
  };
}

function isOfArtifact(record: DecisionRecord): boolean {
  return isRequest(record) && !record.filename.endsWith('.metadata');
}

/** Whether the basis of the recorded decision is unavailable. */
function cannotTell({ rule, wheel }: DecisionRecord, { known, wheels }: JudgedArtifact): boolean {
  const byWheel = wheel && wheels?.find(({ subject }) => subject.filename === wheel.filename);
  const { inspection } = wheel === undefined ? known : (byWheel?.known ?? NOTHING_KNOWN);
  const atHand: Record<Need, boolean> = {
    // The record has it.
    page: true,
    bytes: inspection !== undefined,
    feed: known.feed.syncedAt !== undefined,
    attestations: false,
    // No rule does without them.
    names: true,
  };
  return needsOf(rule).some((need) => !atHand[need]);
}

function note(changes: Map<string, Change>, record: DecisionRecord, verdict: Verdict): void {
  const key = `${record.filename}|${record.sha256}|${record.verdict}|${verdict.outcome}`;
  const change = changes.get(key) ?? {
    record,
    verdict,
    clients: new Set(),
    requests: 0,
    first: record.time,
    last: record.time,
  };
  change.requests += 1;
  change.clients.add(clientOf(record));
  if (record.time < change.first) change.first = record.time;
  if (record.time > change.last) change.last = record.time;
  changes.set(key, change);
}

function summary({ record, verdict, clients, requests, first, last }: Change): ChangedVerdict {
  return {
    project: record.project,
    version: record.version,
    filename: record.filename,
    sha256: record.sha256,
    was: record.verdict,
    because: record.reason,
    becomes: verdict.outcome,
    reason: (verdict.decisive ?? verdict.hits.find(({ lifted }) => lifted))?.reason,
    requests,
    clients: clients.size,
    first,
    last,
  };
}
