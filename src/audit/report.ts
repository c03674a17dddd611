import type { RuleId } from '../domain/rules.js';
import type { RuleHit } from '../domain/verdict.js';
import { printable } from '../inspection/printable.js';
import { AUDIT_CODES, type AuditCode, type AuditLevel } from './codes.js';

/** One result of an audit. Its keys and codes are stable, because scripts read them. */
export interface AuditFinding {
  readonly code: AuditCode;
  readonly level: AuditLevel;
  /** One plain sentence without a full stop; ASCII, other bytes are escaped. */
  readonly detail: string;
  /** Start-up hooks: the code of the inspection's finding (`pth-executable`, `site-customize`, …). */
  readonly finding?: string;
  /** The affected file as an absolute path (escaped if it is not plain text). */
  readonly path?: string;
  /** Lock and requirements files: the line, counted from 1, if known. */
  readonly line?: number;
  readonly project?: string;
  readonly version?: string;
  /** Of the file's content, or of the locked artifact. */
  readonly sha256?: string;
  /** The policy's rule, if one applied. */
  readonly rule?: RuleId;
  readonly reference?: string;
  /** When the rule ends by itself, in ISO 8601. */
  readonly until?: string;
}

export interface AuditReport {
  readonly kind: 'environment' | 'lock';
  /** The audited path, absolute. */
  readonly path: string;
  /** `venv`, `site-packages`, or a lock's format: `uv.lock`, `requirements.txt`, … */
  readonly format: string;
  /** The policy's revision. */
  readonly policy: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly AuditFinding[];
}

/** The audit is impossible: the path does not exist, or has no supported format. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}

export type Evidence = Omit<AuditFinding, 'code' | 'level' | 'detail'>;

export function auditFinding(
  code: AuditCode,
  detail: string,
  evidence: { readonly [Key in keyof Evidence]: Evidence[Key] | undefined } = {},
): AuditFinding {
  const given = Object.entries(evidence).filter(([, value]) => value !== undefined);
  return {
    code,
    level: AUDIT_CODES[code].level,
    detail: printable(detail, 500),
    ...(Object.fromEntries(given) as Evidence),
  };
}

/** The fields of a rule hit that a finding contains. */
export function hitEvidence({ rule, reference, until }: RuleHit) {
  return {
    rule,
    reference,
    until: until === undefined ? undefined : new Date(until).toISOString(),
  };
}

const LEVELS = ['found', 'unclear', 'note'];

/** The most severe first, then by path, so the same environment produces the same report. */
export function inOrder(findings: readonly AuditFinding[]): AuditFinding[] {
  const key = ({ level, code, path = '', detail }: AuditFinding) =>
    [LEVELS.indexOf(level), code === 'startup-hook' ? 0 : 1, code, path, detail].join('\0');
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
