import type { Inspection } from '../domain/finding.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit, RuleId, Verdict } from '../domain/verdict.js';
import { decisionFiles } from '../observe/decision-files.js';
import type { DecisionRecord, RecordedArtifact } from '../observe/decision-record.js';
import { readDecisions } from '../observe/read-decisions.js';
import type { FindingsStore } from '../store/findings-store.js';
import { clientOf, deliveryOf } from './delivery.js';
import { subjectOfRecord } from './subject-of-record.js';

/** An artifact that clients were given, and that is denied by now. */
export interface DeniedSince extends RecordedArtifact {
  readonly rule: RuleId;
  readonly reason: string;
  readonly reference?: string | undefined;
  readonly downloads: number;
  /** Who was given it; the first of them, where they are many. */
  readonly clients: readonly string[];
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
}

/** Judges a file by what is in force now. */
export interface Evaluator {
  evaluate(subject: Subject, inspection: Inspection | undefined): Verdict;
}

/** The rules by which somebody says that a release is bad; the others say what a team does not want. */
const ACCUSING: ReadonlySet<RuleId> = new Set(['deny', 'malware-feed']);
const MAX_CLIENTS = 100;

interface Tally {
  readonly hit: RuleHit;
  readonly record: DecisionRecord;
  readonly clients: Set<string>;
  downloads: number;
  first: string;
  last: string;
}

/**
 * Looks through the decision log for artifacts that went out and that the policy denies now. Each different
 * artifact is judged once, by its findings too, so that a denial by the digest of a file in it counts.
 */
export async function findDeniedSince(
  place: string,
  judge: Evaluator,
  findings: FindingsStore,
): Promise<DeniedSince[]> {
  const seen = new Map<string, Tally | undefined>();
  for await (const record of readDecisions(await decisionFiles(place))) {
    const delivery = deliveryOf(record);
    if (delivery === undefined || delivery === 'refused' || delivery === 'prefix') continue;
    const key = `${record.project}/${record.filename}/${record.sha256}`;
    if (!seen.has(key)) {
      const hit = await accusation(record, judge, findings);
      seen.set(key, hit && { hit, record, clients: new Set(), downloads: 0, first: '', last: '' });
    }
    const tally = seen.get(key);
    if (tally !== undefined) count(tally, record);
  }
  return [...seen.values()].filter((tally) => tally !== undefined).map(summary);
}

async function accusation(
  record: DecisionRecord,
  judge: Evaluator,
  findings: FindingsStore,
): Promise<RuleHit | undefined> {
  const subject = subjectOfRecord(record);
  if (subject === undefined) return undefined;
  const { project, sha256, filename } = subject;
  const inspection = sha256 && (await findings.get(project, sha256, filename));
  const { hits } = judge.evaluate(subject, inspection);
  return hits.find(({ rule, action }) => ACCUSING.has(rule) && action === 'block');
}

function count(tally: Tally, record: DecisionRecord): void {
  tally.downloads += 1;
  tally.clients.add(clientOf(record));
  if (tally.first === '' || record.time < tally.first) tally.first = record.time;
  if (record.time > tally.last) tally.last = record.time;
}

function summary({ hit, record, clients, downloads, first, last }: Tally): DeniedSince {
  const { project, version, filename, sha256 } = record;
  const { rule, reason, reference } = hit;
  return {
    rule,
    reason,
    reference,
    project,
    version,
    filename,
    sha256,
    downloads,
    clients: [...clients].slice(0, MAX_CLIENTS),
    first,
    last,
  };
}
