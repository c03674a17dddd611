import type { Sha256 } from '../../domain/digest.js';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { expiryText } from '../../domain/expiry-text.js';
import type { Finding, Inspection } from '../../domain/finding.js';
import { knowledgeOf } from '../../domain/finding-codes.js';
import { NOTHING_KNOWN } from '../../domain/knowledge.js';
import { type MalwareFeed, NO_FEED } from '../../domain/malware-feed.js';
import { NO_PAGE } from '../../domain/page-facts.js';
import type { Subject } from '../../domain/subject.js';
import type { RuleHit, Verdict } from '../../domain/verdict.js';
import type { Policy } from '../policy.js';
import { DAY } from '../terms.js';
import type { Expectation } from './schema.js';

/** For a test without bytes. */
const ANY_DIGEST = '0'.repeat(64) as Sha256;

/**
 * Evaluates a test's case under a policy.
 * @param now milliseconds since 1970: for a test without a time
 * @returns the result, if it differs from the expectation; undefined if the test passes
 */
export function failureOf(policy: Policy, test: Expectation, now: number): string | undefined {
  const verdict = judge(policy, test, test.at ?? now);
  const { expect } = test;
  const said = saidBy(verdict);
  const holds =
    verdict.outcome === expect.verdict &&
    (expect.rule === undefined || said?.rule === expect.rule) &&
    (expect.reason === undefined || said?.reason.includes(expect.reason) === true);
  if (holds) return undefined;
  const wanted = [expect.verdict, expect.rule && `by ${expect.rule}`, expect.reason].filter(
    Boolean,
  );
  const came = said === undefined ? verdict.outcome : `${verdict.outcome}: ${said.reason}`;
  const causes = verdict.hits.flatMap(exceptionOf).map((cause) => `; ${cause}`);
  return `${test.name}: expected ${wanted.join(' ')}, got ${came}${causes.join('')}`;
}

/** Why a rule that matches does not refuse the file, unless its reason says so. */
function exceptionOf({ rule, waiver, dryRun }: RuleHit): string[] {
  if (waiver !== undefined)
    return [
      `${rule} is waived by ${waiver.owner} until ${expiryText(waiver.expires)}: ${waiver.reason}`,
    ];
  return dryRun === true ? [`${rule} is in dry-run mode`] : [];
}

/** For an allowed file: the rule that is waived, or that allows it itself. */
function saidBy({ decisive, hits }: Verdict) {
  return decisive ?? hits.find(({ waiver, lifted }) => waiver !== undefined || lifted);
}

function judge(policy: Policy, test: Expectation, now: number): Verdict {
  const subject = subjectOf(test, now);
  const known = {
    ...NOTHING_KNOWN,
    inspection: inspectionOf(test, subject),
    feed: feedOf(test, now),
  };
  return policy.evaluate({ subject, now, known });
}

function subjectOf(test: Expectation, now: number): Subject {
  const name = test.file === undefined ? undefined : parseDistributionFilename(test.file);
  const project = name?.project ?? test.project!;
  const version = name?.version ?? test.version!;
  return {
    ...NO_PAGE,
    upstream: test.upstream ?? 'pypi',
    publicUpstream: test.public ?? true,
    project,
    version,
    filename: test.file ?? `${project.replaceAll('-', '_')}-${version}-py3-none-any.whl`,
    kind: name?.kind ?? 'wheel',
    sha256: test.sha256 ?? ANY_DIGEST,
    size: undefined,
    uploadTime: test.uploaded ?? now - 365 * DAY,
    yanked: test.yanked ?? false,
    status: test.status === undefined ? undefined : { status: test.status },
    hasWheel: test['has-wheel'] ?? true,
    projectBegan: test['project-began'],
    releaseBegan: test['release-began'],
    namespaces: test.namespaces ?? [],
  };
}

function inspectionOf(test: Expectation, { sha256, filename }: Subject): Inspection {
  const { findings = [], members = [], modules } = test;
  const starts = members.map((digest) => Buffer.from(digest.slice(0, 16), 'hex'));
  return {
    inspector: 0,
    sha256: sha256!,
    filename,
    size: 0,
    findings: findings.map(findingOf),
    memberDigests: Buffer.concat(starts).toString('base64'),
    memberCount: members.length,
    inflatedBytes: 0,
    ...(modules && { modules: modules.map((name) => name.toLowerCase()).sort() }),
  };
}

function findingOf({ code, ...rest }: NonNullable<Expectation['findings']>[number]): Finding {
  const { rule, summary } = knowledgeOf(code)!;
  const template = 'template' in rest ? rest.template : undefined;
  return {
    code,
    rule,
    detail: rest.file === undefined ? summary : `${rest.file}: ${summary}`,
    ...(rest.file !== undefined && { member: rest.file, landing: rest.file }),
    sha256: rest.sha256,
    ...(template && { template }),
  };
}

/** A current feed without other entries. */
function feedOf({ malware }: Expectation, now: number): MalwareFeed {
  const hit = malware === undefined ? undefined : { id: malware, summary: undefined };
  return { ...NO_FEED, syncedAt: now, find: () => hit };
}
