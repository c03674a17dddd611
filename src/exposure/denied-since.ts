import type { DecisionReader, OnEvent } from '../decisions/reader.js';
import type { DecisionRecord, RecordedArtifact } from '../decisions/record.js';
import type { Inspection } from '../domain/finding.js';
import { ACCUSING, type RuleId } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit, Verdict } from '../domain/verdict.js';
import type { FindingsStore } from '../store/findings-store.js';
import { clientOf, deliveryOf, isGiven } from './delivery.js';
import { Promised } from './promised.js';
import { subjectOfRecord } from './subject-of-record.js';

/** An artifact that clients received, and that is now denied. */
export interface DeniedSince extends RecordedArtifact {
  readonly rule: RuleId;
  readonly reason: string;
  readonly reference?: string | undefined;
  /** Requests that gave all of it, or met a client that had it. */
  readonly downloads: number;
  /** Requests that gave a part. */
  readonly parts: number;
  /** The first clients that received it. */
  readonly clients: readonly string[];
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
}

/** The reported state of an artifact. */
export interface Told {
  /** The last reported download, ISO 8601. */
  readonly last: string;
  /** Downloads that the log held then, and parts. */
  readonly downloads: number;
}

/** By rule and artifact. */
export type ToldOf = ReadonlyMap<string, Told>;

export interface DeniedSearch {
  /** Artifacts with unreported downloads, with only these downloads. */
  readonly news: readonly DeniedSince[];
  /** The reported state after these news. */
  readonly told: ToldOf;
  /** The unreadable parts of the log, one sentence each. */
  readonly gaps: readonly string[];
}

/** Judges a file under the policy now in force. */
export interface Evaluator {
  evaluate(subject: Subject, known: { readonly inspection: Inspection | undefined }): Verdict;
}

const MAX_CLIENTS = 100;

interface Downloads {
  count: number;
  /** How many of them gave a part. */
  parts: number;
  readonly clients: Set<string>;
  first: string;
  last: string;
}

interface Tally {
  readonly key: string;
  readonly hit: RuleHit;
  readonly record: DecisionRecord;
  readonly told: Told | undefined;
  readonly all: Downloads;
  /** Downloads after the last reported one. */
  readonly later: Downloads;
}

/**
 * Searches the decision log for delivered artifacts that the policy now denies. Each distinct artifact is judged once,
 * with its findings, so a denial by the digest of a member counts.
 * @param told the state reported before: if a denial was lifted and returns, the downloads in between are reported
 */
export async function findDeniedSince(
  reader: DecisionReader,
  judge: Evaluator,
  findings: FindingsStore,
  told: ToldOf,
): Promise<DeniedSearch> {
  const seen = new Map<string, Tally | undefined>();
  const promised = new Promised<readonly Downloads[]>();
  const onEvent: OnEvent = (event) => {
    if (event.event !== 'cut') return;
    for (const downloads of promised.take(event) ?? []) downloads.parts += 1;
  };
  const search = await reader.search({});
  for await (const record of search.records(onEvent)) {
    const delivery = deliveryOf(record);
    if (delivery === undefined || !isGiven({ delivery }) || delivery === 'prefix') continue;
    const artifact = `${record.project}/${record.filename} ${record.sha256}`;
    if (!seen.has(artifact)) {
      const hit = await accusation(record, judge, findings);
      seen.set(artifact, hit && tallyOf(`${hit.rule} ${artifact}`, hit, record, told));
    }
    const tally = seen.get(artifact);
    if (tally === undefined) continue;
    const isPart = delivery === 'part' || delivery === 'early';
    const { told: before, all, later } = tally;
    const isLater = before !== undefined && record.time > before.last;
    const counted = isLater ? [all, later] : [all];
    for (const downloads of counted) count(downloads, record, isPart);
    if (delivery === 'whole') promised.add(record, counted);
  }
  const tallies = [...seen.values()].filter((tally) => tally !== undefined);
  return {
    news: tallies.flatMap((tally) => {
      const downloads = untold(tally);
      return downloads === undefined ? [] : [summary(tally, downloads)];
    }),
    told: new Map([
      ...told,
      ...tallies.map(({ key, all }) => [key, { last: all.last, downloads: all.count }] as const),
    ]),
    gaps: search.gaps,
  };
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
  const { hits } = judge.evaluate(subject, { inspection });
  // A waiver of a denial accepts earlier downloads; an outdated feed proves nothing.
  return hits.find(
    ({ rule, action, waiver, doubt }) =>
      ACCUSING.has(rule) && action === 'block' && waiver === undefined && !doubt,
  );
}

function tallyOf(key: string, hit: RuleHit, record: DecisionRecord, told: ToldOf): Tally {
  const none = (): Downloads => ({ count: 0, parts: 0, clients: new Set(), first: '', last: '' });
  return { key, hit, record, told: told.get(key), all: none(), later: none() };
}

function count(downloads: Downloads, record: DecisionRecord, isPart: boolean): void {
  downloads.count += 1;
  if (isPart) downloads.parts += 1;
  if (downloads.clients.size < MAX_CLIENTS) downloads.clients.add(clientOf(record));
  if (downloads.first === '' || record.time < downloads.first) downloads.first = record.time;
  if (record.time > downloads.last) downloads.last = record.time;
}

function untold({ told, all, later }: Tally): Downloads | undefined {
  if (told === undefined) return all;
  if (later.count > 0) return later;
  // The clock was set back, or a file is readable again: the new downloads are unknown.
  return all.count > told.downloads ? all : undefined;
}

function summary(
  { hit, record }: Tally,
  { count, parts, clients, first, last }: Downloads,
): DeniedSince {
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
    downloads: count - parts,
    parts,
    clients: [...clients],
    first,
    last,
  };
}
