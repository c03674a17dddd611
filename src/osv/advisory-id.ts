import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { RULES, type RuleId } from '../domain/rules.js';
import { parseVersion } from '../domain/version.js';

/** Rules for harmful releases; uv's malware check uses identifiers with the prefix `MAL-`. */
const HARM: ReadonlySet<RuleId> = new Set(['deny', 'startup-hook']);
/** Further rules with advisories for audits: invalid archives are not malware. */
const SLOPPY: ReadonlySet<RuleId> = new Set(['archive', 'record']);

/** A release with the rule that refuses it. */
export interface NamedRelease {
  readonly rule: RuleId;
  readonly project: ProjectName;
  /** PEP 440's normal form; undefined for an invalid version. */
  readonly version: string | undefined;
}

/** Whether a refusal by this rule has an advisory. */
export function isTold(rule: RuleId): boolean {
  return HARM.has(rule) || SLOPPY.has(rule);
}

/** Stands for an invalid version, and is invalid itself. */
const UNKNOWN = 'unknown';

/**
 * `MAL-WG-deny-litellm-1.82.8`, `WG-archive-demo-1.0`. It contains everything to find the advisory again, in any
 * process and after any restart, so it is not stored.
 */
export function advisoryId({ rule, project, version }: NamedRelease): string {
  return `${HARM.has(rule) ? 'MAL-' : ''}WG-${rule}-${project}-${version ?? UNKNOWN}`;
}

/** @returns undefined if it is not from Wheelgate */
export function parseAdvisoryId(id: string): NamedRelease | undefined {
  const rule = RULES.find(
    (known) =>
      isTold(known) && (id.startsWith(`MAL-WG-${known}-`) || id.startsWith(`WG-${known}-`)),
  );
  if (rule === undefined) return undefined;
  // A version in normal form contains no hyphen.
  const [, name = '', text = ''] = /^(.+)-([^-]+)$/.exec(id.split(`WG-${rule}-`)[1] ?? '') ?? [];
  const [project, version] = [parseProjectName(name), parseVersion(text)];
  if (project === undefined) return undefined;
  const release = { rule, project, version };
  return advisoryId(release) === id ? release : undefined;
}
