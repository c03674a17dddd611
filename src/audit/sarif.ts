import { relative, sep } from 'node:path';
import { AUDIT_CODES, type AuditCode, type AuditLevel } from './codes.js';
import type { AuditFinding, AuditReport } from './report.js';

/** SARIF's levels; a note is shown, and does not fail a job. */
const LEVELS = { found: 'error', unclear: 'warning', note: 'note' } as const satisfies Record<
  AuditLevel,
  string
>;

/**
 * A report as SARIF 2.1.0, which forges and editors show next to the lines of a lock.
 * @param root the folder that paths are relative to: that of the repository
 * @param version the version of Wheelgate
 */
export function sarifOf({ findings }: AuditReport, root: string, version: string) {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'wheelgate', version, rules: codes.map(ruleOf) } },
        results: findings.map((finding) => resultOf(finding, codes, root)),
      },
    ],
  };
}

function ruleOf(code: AuditCode) {
  const { level, advice } = AUDIT_CODES[code];
  return {
    id: code,
    defaultConfiguration: { level: LEVELS[level] },
    ...(advice !== '' && { help: { text: advice } }),
  };
}

function resultOf(finding: AuditFinding, codes: readonly AuditCode[], root: string) {
  const { code, level, detail, path, line, project, version, rule, reference } = finding;
  const about = { project, version, rule, reference };
  const properties = Object.fromEntries(
    Object.entries(about).filter(([, value]) => value !== undefined),
  );
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[level],
    message: { text: detail },
    // The same finding in the next run is the same alert, even if its line has moved.
    partialFingerprints: { 'wheelgate/v1': [code, project, version, rule].join(' ') },
    ...(path !== undefined && { locations: [locationOf(path, line, root)] }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

function locationOf(path: string, line: number | undefined, root: string) {
  const uri = relative(root, path).split(sep).map(encodeURIComponent).join('/');
  return {
    physicalLocation: {
      artifactLocation: { uri },
      ...(line !== undefined && { region: { startLine: line } }),
    },
  };
}
