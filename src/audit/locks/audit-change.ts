import type { AuditPolicy } from '../audit-policy.js';
import { type AuditFinding, type AuditReport, auditFinding, inOrder } from '../report.js';
import { auditReleases, furtherPlaces, otherIndexes, type ReadLock } from './audit-lock.js';
import {
  type AskFacts,
  attestationChanged,
  type ChangeFacts,
  factsOfChanges,
  newHooks,
} from './change-facts.js';
import { type LockChange, lockDifference } from './lock-difference.js';

/** One line of a change's report, for people and programs. */
export interface ReportedChange {
  readonly change: LockChange['kind'];
  readonly project: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** ISO 8601. */
  readonly uploaded: string | undefined;
  /** Whole days since the upload. */
  readonly days: number | undefined;
  /** The verdict of the local policy, and of the server if there is one; undefined for a removed release. */
  readonly verdict: 'allow' | 'warn' | 'block' | undefined;
  readonly reason: string | undefined;
  /** The publishers that attest it; undefined if unknown. */
  readonly publishers: readonly string[] | undefined;
  readonly attestedBefore: readonly string[] | undefined;
  readonly newHooks: readonly string[];
}

export interface ChangeReport extends AuditReport {
  /** The lock that it was compared with. */
  readonly base: string;
  readonly changes: readonly ReportedChange[];
}

export interface ChangeQuestion {
  readonly base: ReadLock;
  readonly after: ReadLock;
  readonly policy: AuditPolicy;
  /** The URL of our index; undefined accepts any. */
  readonly index: string | undefined;
  /** Undefined if there is no server. */
  readonly ask: AskFacts | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly onProgress: (text: string) => void;
}

const DAY = 86_400_000;

/** Judges only the additions of a lock's change. */
export async function auditChange(question: ChangeQuestion): Promise<ChangeReport> {
  const { base, after, policy, index, ask, now, onProgress } = question;
  const changes = lockDifference(base.content.releases, after.content.releases);
  const silent: AuditFinding[] = [];
  const facts = await factsOfChanges(
    changes,
    ask && unlessSilent(ask, after.file, (finding) => silent.push(finding)),
    (done) => onProgress(`${done} of ${changes.length} changes queried`),
  );
  const added = changes.flatMap(({ to }) => to ?? []);
  const findings = [
    ...newOf(after, base),
    ...auditReleases(after.file, added, policy),
    ...otherIndexes(after.file, added, index),
    ...newPlaces(after, base, index),
    ...silent,
  ];
  for (const one of facts) findings.push(...findingsOf(one, findings));
  return {
    kind: 'lock',
    path: after.file,
    format: after.content.format,
    policy: policy.revision,
    base: base.file,
    counts: {
      releases: after.content.releases.length,
      ...Object.fromEntries(
        (['added', 'moved', 'files', 'removed'] as const).map((kind) => [
          kind,
          changes.filter((change) => change.kind === kind).length,
        ]),
      ),
    },
    findings: inOrder(findings),
    changes: facts.map((one) => reported(one, findings, now)),
  };
}

/** Reports once that the server does not respond, and stops querying it. */
function unlessSilent(
  ask: AskFacts,
  path: string,
  tell: (finding: AuditFinding) => void,
): AskFacts {
  let isSilent = false;
  return async (project, filename) => {
    if (isSilent) return undefined;
    try {
      return await ask(project, filename);
    } catch (error) {
      isSilent = true;
      const why = (error as Error).message;
      tell(auditFinding('server-silent', `no further requests to the server: ${why}`, { path }));
      return undefined;
    }
  };
}

/** Entries that are invalid, not pinned or from another index, and were not so before. */
function newOf(after: ReadLock, base: ReadLock): AuditFinding[] {
  const known = new Set(base.content.findings.map(({ code, detail }) => `${code} ${detail}`));
  return after.content.findings.filter(({ code, detail }) => !known.has(`${code} ${detail}`));
}

function newPlaces(
  { content }: ReadLock,
  base: ReadLock,
  index: string | undefined,
): AuditFinding[] {
  const known = new Set(base.content.alsoFrom?.map(({ url }) => url));
  const alsoFrom = content.alsoFrom?.filter(({ url }) => !known.has(url)) ?? [];
  return furtherPlaces({ ...content, alsoFrom }, index);
}

function findingsOf(facts: ChangeFacts, known: readonly AuditFinding[]): AuditFinding[] {
  const { change, now, before } = facts;
  const { project, to } = change;
  if (to === undefined) return [];
  const about = { path: to.file, line: to.line, project, version: to.version };
  const found: AuditFinding[] = [];
  const isSaid = known.some(
    (one) => one.project === project && one.version === to.version && one.rule === now?.rule,
  );
  if (now?.verdict === 'block' && !isSaid)
    found.push(
      auditFinding('release-refused', now.reason ?? 'the server refuses it', {
        ...about,
        reference: now.reference,
      }),
    );
  for (const hook of newHooks(facts))
    found.push(auditFinding('new-startup-hook', `${project} ${to.version} brings ${hook}`, about));
  if (attestationChanged(facts)) {
    const by = now!.publishers!.length === 0 ? 'nobody' : now!.publishers!.join(', ');
    found.push(
      auditFinding(
        'attestation-changed',
        `${project} ${to.version} is attested by ${by}, ${change.from?.version} was by ${before!.publishers!.join(', ')}`,
        about,
      ),
    );
  }
  return found;
}

function reported(
  facts: ChangeFacts,
  findings: readonly AuditFinding[],
  time: number,
): ReportedChange {
  const { change, uploadTime, now, before } = facts;
  const { kind, project, from, to } = change;
  const own = findings.filter((one) => one.project === project && one.version === to?.version);
  const refused = own.find(({ code }) => code === 'release-refused');
  const verdict = refused === undefined ? (now?.verdict ?? 'allow') : 'block';
  return {
    change: kind,
    project,
    from: from?.version,
    to: to?.version,
    uploaded: uploadTime === undefined ? undefined : new Date(uploadTime).toISOString(),
    days: uploadTime === undefined ? undefined : Math.floor((time - uploadTime) / DAY),
    verdict: to === undefined ? undefined : verdict,
    reason: refused?.detail ?? now?.reason,
    publishers: now?.publishers,
    attestedBefore: before?.publishers,
    newHooks: newHooks(facts),
  };
}
