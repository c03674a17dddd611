import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { RULES, type RuleId } from '../domain/rules.js';
import { parseVersion } from '../domain/version.js';

/** Rules by which somebody says that a release does harm; uv's malware check heeds identifiers that begin with `MAL-`. */
const HARM: ReadonlySet<RuleId> = new Set(['deny', 'startup-hook']);
/** Rules of which audits are told beside them: sloppiness is no malware. */
const SLOPPY: ReadonlySet<RuleId> = new Set(['archive', 'record']);

/** One release, and the rule that refuses it. */
export interface NamedRelease {
  readonly rule: RuleId;
  readonly project: ProjectName;
  /** PEP 440's normal form; undefined where nobody can tell which: what is no version. */
  readonly version: string | undefined;
}

/** Whether a refusal by this rule is told of. */
export function isTold(rule: RuleId): boolean {
  return HARM.has(rule) || SLOPPY.has(rule);
}

/** Stands for what is no version, and is none itself. */
const UNKNOWN = 'unknown';

/**
 * `MAL-WG-deny-litellm-1.82.8`, `WG-archive-demo-1.0`. It says all that is needed to find what it stands for again, in any
 * process and after any restart: nothing has to be kept for it.
 */
export function advisoryId({ rule, project, version }: NamedRelease): string {
  return `${HARM.has(rule) ? 'MAL-' : ''}WG-${rule}-${project}-${version ?? UNKNOWN}`;
}

/** @returns undefined where it is none of ours */
export function parseAdvisoryId(id: string): NamedRelease | undefined {
  const rule = RULES.find(
    (known) =>
      isTold(known) && (id.startsWith(`MAL-WG-${known}-`) || id.startsWith(`WG-${known}-`)),
  );
  if (rule === undefined) return undefined;
  // No version in its normal form has a hyphen.
  const [, name = '', text = ''] = /^(.+)-([^-]+)$/.exec(id.split(`WG-${rule}-`)[1] ?? '') ?? [];
  const [project, version] = [parseProjectName(name), parseVersion(text)];
  if (project === undefined) return undefined;
  const release = { rule, project, version };
  return advisoryId(release) === id ? release : undefined;
}
