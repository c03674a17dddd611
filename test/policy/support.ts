import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { z } from 'zod';
import type { Sha256 } from '../../src/domain/digest.js';
import type { Finding, Inspection } from '../../src/domain/finding.js';
import { type Knowledge, NOTHING_KNOWN } from '../../src/domain/knowledge.js';
import { NO_PAGE } from '../../src/domain/page-facts.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import type { Subject } from '../../src/domain/subject.js';
import type { Verdict } from '../../src/domain/verdict.js';
import { compilePolicy } from '../../src/policy/compile.js';
import { mergePolicies } from '../../src/policy/merge.js';
import type { Policy } from '../../src/policy/policy.js';
import type { Case } from '../../src/policy/rules/rule.js';
import { policySchema } from '../../src/policy/schema.js';
import { readYaml } from '../../src/yaml/document.js';
import { formatProblem } from '../../src/yaml/problem.js';
import { validateYaml } from '../../src/yaml/validate.js';

/** Where every test's clock stands unless it says otherwise. */
export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const digest = (digit: string): Sha256 => digit.repeat(64).slice(0, 64) as Sha256;

/** Problems of one policy file's text, formatted. */
export function problemsIn(text: string, schema: z.ZodType = policySchema): string[] {
  const document = readYaml('p.yaml', text);
  if (!('value' in document)) return document.map(formatProblem);
  const result = validateYaml(schema, document);
  return result.ok ? [] : result.problems.map(formatProblem);
}

/** The policy that texts of files, in this order, come to; nothing lies underneath. */
export function policyOf(...texts: string[]): Policy {
  const files = texts.map((text) => {
    const document = readYaml('p.yaml', text);
    if (!('value' in document)) throw new Error(JSON.stringify(document));
    const result = validateYaml(policySchema, document);
    if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
    return result.value;
  });
  return compilePolicy(mergePolicies(files));
}

export function subject(
  changes: Partial<Omit<Subject, 'project'>> & { project?: string } = {},
): Subject {
  const project = (changes.project ?? 'demo') as ProjectName;
  const version = 'version' in changes ? changes.version : '1.0';
  return {
    ...NO_PAGE,
    upstream: 'pypi',
    publicUpstream: true,
    filename: `${project}-${version}-py3-none-any.whl`,
    kind: 'wheel',
    sha256: digest('a'),
    size: 1000,
    uploadTime: NOW - 365 * DAY,
    hasWheel: true,
    ...changes,
    project,
    version,
  };
}

/** A file as a policy is asked about it. @param known beside the inspection */
export function caseOf(
  subject: Subject,
  inspection: Inspection | undefined,
  now: number,
  known: Partial<Knowledge> = {},
): Case {
  return { subject, now, known: { ...NOTHING_KNOWN, ...known, inspection } };
}

export function inspection(
  findings: readonly Finding[] = [],
  members: readonly Sha256[] = [],
): Inspection {
  return {
    inspector: 1,
    sha256: digest('a'),
    filename: 'demo-1.0-py3-none-any.whl',
    size: 1000,
    findings,
    memberDigests: Buffer.concat(
      members.map((member) => Buffer.from(member.slice(0, 16), 'hex')),
    ).toString('base64'),
    memberCount: members.length,
    inflatedBytes: 4000,
  };
}

export const hookFinding = (changes: Partial<Finding> = {}): Finding => ({
  code: 'pth-executable',
  rule: 'startup-hook',
  detail: 'evil.pth would run code at every Python start-up',
  member: 'evil.pth',
  landing: 'evil.pth',
  sha256: digest('b'),
  ...changes,
});

/** `block startup-hook`, `allow`, … */
export function brief({ outcome, decisive }: Verdict): string {
  return decisive === undefined ? outcome : `${outcome} ${decisive.rule}`;
}

/** A folder of policy files that is gone after the tests. */
export function folder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'wheelgate-policy-'));
  after(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}
