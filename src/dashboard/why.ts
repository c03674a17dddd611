import type { DecisionQueries, FileHistory } from '../decisions/queries/decision-queries.js';
import type { Sha256 } from '../domain/digest.js';
import type { Excerpt, Finding, Inspection } from '../domain/finding.js';
import { knowledgeOf } from '../domain/finding-codes.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit } from '../domain/verdict.js';
import { knownGoodHookOf, waiverOf } from '../policy/how-to-waive.js';
import type { ProjectPages } from '../project-pages/project-pages.js';
import type { FindingsStore } from '../store/findings-store.js';
import {
  type ExplainedWaiver,
  type Explanation,
  explainedWaiver,
  explainVerdict,
} from '../verdicts/explain-verdict.js';
import type { Judge } from '../verdicts/judge.js';
import { type AttestationState, attestationState } from './attestation-state.js';
import { type FileFacts, factsOf } from './file-facts.js';
import { type Found, findFile } from './find-file.js';
import { type NewestAllowed, newestAllowed } from './newest-allowed.js';
import type { Reader } from './reader.js';
import { type Sentence, sentenceOf } from './verdict-sentence.js';

/** The sources of a file's page. */
export interface WhyParts {
  readonly pages: Pick<ProjectPages, 'find' | 'judged'>;
  readonly judge: Judge;
  readonly findings: Pick<FindingsStore, 'known'>;
  readonly decisions: Pick<DecisionQueries, 'history'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Settings for the texts of refusals. */
export interface WhySettings {
  /** Contact for waiver requests. */
  readonly contact: string | undefined;
  /** Where the policy is edited. */
  readonly policyRepository: string | undefined;
}

/** A finding with the description of its code. */
export type ShownFinding = Omit<Finding, 'excerpt'> & {
  readonly summary: string | undefined;
  readonly source: string | undefined;
  /** Null if the excerpt was not stored. */
  readonly excerpt: Excerpt | null;
};

/** A match other than the one in the sentence. */
export interface OtherHit extends Pick<RuleHit, 'rule' | 'action' | 'reason' | 'reference'> {
  /** Set if the match is waived. */
  readonly waiver?: ExplainedWaiver;
  /** Set if the rule itself lets the file through: its action does not apply. */
  readonly lifted?: true;
}

/** Possible actions after a refusal. */
export interface Advice {
  /** The newest release that is known to be allowed. Absent if there is no such release. */
  readonly newest: NewestAllowed | undefined;
  /** ISO 8601: the end of the refusal, if it expires without an edit. */
  readonly until: string | undefined;
  readonly contact: string | undefined;
  /** A policy file with the waiver to request. Absent if the refusal cannot be waived. */
  readonly waiver: string | undefined;
  /** A policy file with the entries that add its startup hooks to the allow list. */
  readonly knownGoodHooks: readonly string[];
  readonly policyRepository: string | undefined;
}

/** Earlier decisions on a file, for the searched part of the log. */
export interface WhyHistory extends Pick<FileHistory, 'spans' | 'requests' | 'searchedBackTo'> {
  /** Whether the whole log was searched and readable. */
  readonly complete: boolean;
  /** Whether the search was skipped because too many searches were running. */
  readonly busy: boolean;
}

/**
 * The known facts about one file, and the reason for its refusal: the data of the page and of
 * `/api/v1/projects/P/files/F`.
 */
export interface Why {
  readonly project: ProjectName;
  readonly filename: string;
  readonly version: string | undefined;
  readonly sha256: Sha256 | undefined;
  /** The SHA-256 in the query, if the file has another one now. */
  readonly changedFrom?: Sha256;
  /** Whether an index currently lists the file. Otherwise its entry comes from the decision record. */
  readonly listed: boolean;
  /** The reason for the failed lookup at the index, if the file is not listed. */
  readonly absence: string | undefined;
  readonly sentence: string;
  readonly said: Sentence;
  readonly verdict: Explanation['verdict'];
  readonly rule: string | undefined;
  readonly reason: string | undefined;
  readonly reference: string | undefined;
  readonly waiver: Explanation['waiver'];
  readonly dryRun: boolean;
  /** Sdists: the refused wheel of the same release that caused this refusal. */
  readonly wheel: string | undefined;
  readonly also: readonly OtherHit[];
  /** The policy revision. */
  readonly policy: string;
  readonly inspected: boolean;
  /** Whether only a probe supports the verdict. It applies to project pages until the first request for the file. */
  readonly probe: boolean;
  readonly advice: Advice | undefined;
  readonly findings: readonly ShownFinding[];
  readonly attestation: AttestationState;
  readonly facts: FileFacts;
  readonly history: WhyHistory;
}

/**
 * Collects them, under the policy in force.
 * @param until milliseconds since 1970: the history before it
 * @param expected the digest that the reader means
 * @throws {Failure} not-found if neither an index nor a record has the file, overloaded if only the log may have it,
 * and too many searches are running
 */
export async function whyOf(
  parts: WhyParts,
  settings: WhySettings,
  project: ProjectName,
  filename: string,
  reader: Reader,
  until?: number,
  expected?: Sha256,
): Promise<Why> {
  const found = await findFile(parts, project, filename, reader, until);
  const { sha256 } = found.subject;
  const isOther = expected !== undefined && sha256 !== undefined && expected !== sha256;
  return {
    ...(await judgedNow(parts, settings, found)),
    ...(isOther && { changedFrom: expected }),
    history: historyOf(found.history),
  };
}

/** The same for a file that is already found, without its history. */
export type JudgedNow = Omit<Why, 'history'>;

/** Judges a file under the policy in force, with possible actions. */
export async function judgedNow(
  parts: Pick<WhyParts, 'pages' | 'judge' | 'findings' | 'now'>,
  settings: WhySettings,
  found: Omit<Found, 'history'>,
): Promise<JudgedNow> {
  const { subject } = found;
  const { project, filename } = subject;
  const judgement = await parts.judge.judge(subject);
  const probed =
    judgement.inspection === undefined ? await probedVerdict(parts.judge, subject) : undefined;
  const verdict = probed?.verdict ?? judgement.verdict;
  const inspection = judgement.inspection ?? probed?.probe;
  const explained = explainVerdict({ subject, inspection: judgement.inspection }, verdict);
  const hit = verdict.decisive;
  const spared = verdict.hits.find((other) => other.dryRun === true && other.action === 'block');
  const said = sentenceOf(explained, spared);
  const told =
    verdict.outcome === 'allow'
      ? (verdict.hits.find(isWaived) ?? verdict.hits.find(({ lifted }) => lifted))
      : undefined;
  return {
    project,
    filename,
    version: subject.version,
    sha256: subject.sha256,
    listed: found.listed !== undefined,
    absence: found.absence,
    sentence: `${said.word} ${said.rest}`.replace(' :', ':'),
    said,
    verdict: explained.verdict,
    rule: explained.rule,
    reason: explained.reason,
    reference: explained.reference,
    waiver: explained.waiver,
    dryRun: explained.dryRun,
    wheel: hit?.wheel?.filename,
    also: verdict.hits.filter((other) => other !== hit && other !== told).map(otherHit),
    policy: verdict.revision,
    inspected: explained.inspected,
    probe: probed !== undefined,
    advice:
      hit?.action === 'block' && explained.verdict === 'block'
        ? await adviceOn(parts, settings, found, hit, inspection)
        : undefined,
    findings: (inspection?.findings ?? []).map(shownFinding),
    attestation: attestationState(
      subject.filename,
      subject.sha256,
      offerOf(subject),
      judgement.attestations,
    ),
    facts: factsOf(found, inspection),
  };
}

function isWaived({ waiver }: RuleHit): boolean {
  return waiver !== undefined;
}

function otherHit(hit: RuleHit): OtherHit {
  const { rule, action, reason, reference, lifted } = hit;
  const waiver = explainedWaiver(hit);
  return {
    rule,
    action,
    reason,
    ...(reference !== undefined && { reference }),
    ...(waiver !== undefined && { waiver }),
    ...(lifted && { lifted }),
  };
}

/** The verdict on project pages for a file with only a probe; undefined if the probe found nothing. */
async function probedVerdict(judge: Judge, subject: Subject) {
  const page = await judge.ofPage(subject);
  const verdict = page.of(subject);
  if (!verdict.hits.some(({ probe }) => probe)) return undefined;
  return { verdict, probe: page.probeOf(subject) };
}

function historyOf(found: FileHistory | undefined): WhyHistory {
  if (found === undefined)
    return { spans: [], requests: [], searchedBackTo: undefined, complete: false, busy: true };
  const { spans, requests, searchedBackTo, gaps } = found;
  const complete = searchedBackTo === undefined && gaps.length === 0;
  return { spans, requests, searchedBackTo, complete, busy: false };
}

async function adviceOn(
  parts: Pick<WhyParts, 'pages' | 'findings' | 'judge' | 'now'>,
  { contact, policyRepository }: WhySettings,
  { subject, listed }: Omit<Found, 'history'>,
  hit: RuleHit,
  inspection: Inspection | undefined,
): Promise<Advice> {
  const hooks =
    hit.rule === 'startup-hook' && hit.wheel === undefined ? (inspection?.findings ?? []) : [];
  const entries = hooks.flatMap((finding) => knownGoodHookOf(finding, subject) ?? []);
  return {
    newest: listed && (await newestAllowed(parts, subject)),
    until: hit.until === undefined ? undefined : new Date(hit.until).toISOString(),
    contact,
    waiver: waiverOf(subject, hit, parts.now(), parts.judge.waiverMax),
    knownGoodHooks: [...new Set(entries)].slice(0, MAX_HOOKS),
    policyRepository,
  };
}

/** The maximum number of suggested entries: a known-good file has fewer hooks. */
const MAX_HOOKS = 5;

function shownFinding({ excerpt = undefined, ...finding }: Finding): ShownFinding {
  const known = knowledgeOf(finding.code);
  return { ...finding, summary: known?.summary, source: known?.source, excerpt: excerpt ?? null };
}

function offerOf({ provenance }: Subject): 'offered' | 'none' | 'unknown' {
  if (provenance === undefined) return 'unknown';
  return provenance.offer === undefined ? 'none' : 'offered';
}
