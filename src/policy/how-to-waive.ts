import type { Finding } from '../domain/finding.js';
import { isSettable, type RuleId } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit } from '../domain/verdict.js';
import type { Waiver } from './entries.js';
import { DAY } from './terms.js';

/** The findings that known-good contents cover: files that are executed, or that lead to others. */
export const BY_CONTENT: ReadonlySet<string> = new Set([
  'pth-executable',
  'pth-adds-unclear-folder',
  'start-file',
]);

/** The placeholder for values that a person must supply; `check` warns about it. */
export const CHANGE_ME = 'CHANGE-ME';

/** The keys of a waiver that still have the placeholder. */
export function unfinishedKeys(waiver: Pick<Waiver, 'owner' | 'reason'>): ('owner' | 'reason')[] {
  return (['owner', 'reason'] as const).filter((key) => waiver[key].includes(CHANGE_ME));
}

/** Default lifetime of a generated waiver, in milliseconds. */
const A_START = 14 * DAY;

/**
 * The last day of such a waiver, within the policy's maximum.
 * @param now milliseconds since 1970
 * @param waiverMax maximum lifetime of a waiver, in milliseconds
 */
export function usualExpiry(now: number, waiverMax: number): string {
  return new Date(now + Math.min(A_START, waiverMax)).toISOString().slice(0, 10);
}

type Keys = readonly (readonly [key: string, value: string])[];

/**
 * The policy entry, on one line of YAML, that would allow a finding: a known-good startup hook is listed by its
 * content, everything else is waived for one release and a limited time.
 */
export function howToWaive(finding: Finding, release: Release): string {
  const hook = hookKeys(finding, release.project);
  return hook === undefined ? howToWaiveRule(finding.rule, release) : onOneLine('hooks', hook);
}

/** The same for a rule that refuses a release, regardless of findings. */
export function howToWaiveRule(rule: RuleId, release: Release): string {
  const { project, version } = release;
  const sha256 = changeOf(rule, release);
  if (!isSettable(rule) && sha256 === undefined)
    return `nothing: the rule cannot be waived: ${rule}`;
  if (project === undefined || version === undefined)
    return 'nothing: a waiver needs a valid name and version';
  const left: Keys = [
    ['reason', '…'],
    ['owner', '…'],
    ['expires', '…'],
  ];
  return onOneLine('waivers', [...waiverKeys(rule, project, version, sha256), ...left]);
}

/** The release, according to a filename or a page. */
interface Release {
  readonly project: string | undefined;
  readonly version: string | undefined;
  readonly integrity?: Subject['integrity'];
}

/** The new bytes of a replaced file, which a waiver of its integrity has to name. */
function changeOf(rule: RuleId, { integrity }: Pick<Release, 'integrity'>): string | undefined {
  return rule === 'integrity' && typeof integrity === 'object' ? integrity.other : undefined;
}

/**
 * The waiver of a refusal, for a policy file: valid as generated, with placeholders for values that a person must
 * supply.
 * @param now milliseconds since 1970
 * @param waiverMax maximum lifetime of a waiver, in milliseconds
 * @returns undefined if no waiver can lift it
 */
export function waiverOf(
  subject: Pick<Subject, 'project' | 'version' | 'integrity'>,
  { rule }: Pick<RuleHit, 'rule'>,
  now: number,
  waiverMax: number,
): string | undefined {
  const { project, version } = subject;
  const sha256 = changeOf(rule, subject);
  if (version === undefined || (!isSettable(rule) && sha256 === undefined)) return undefined;
  return asFile('waivers', [
    ...waiverKeys(rule, project, version, sha256),
    ['reason', CHANGE_ME],
    ['owner', CHANGE_ME],
    ['expires', usualExpiry(now, waiverMax)],
  ]);
}

/** The entry that adds a startup hook to the allow list, for a policy file; undefined for other findings. */
export function knownGoodHookOf(finding: Finding, { project }: Pick<Subject, 'project'>) {
  const keys = hookKeys(finding, project);
  return keys && asFile('hooks', keys);
}

function waiverKeys(rule: RuleId, project: string, version: string, sha256?: string): Keys {
  return [
    ['rule', rule],
    ['project', project],
    ['versions', `"==${version}"`],
    ...(sha256 === undefined ? [] : [['sha256', sha256] as const]),
  ];
}

function hookKeys(
  { code, landing, sha256 }: Finding,
  project: string | undefined,
): Keys | undefined {
  if (!BY_CONTENT.has(code) || landing === undefined || sha256 === undefined) return undefined;
  return [
    ['project', `${project}`],
    ['file', quoted(landing)],
    ['sha256', `["${sha256}"]`],
  ];
}

function onOneLine(list: string, keys: Keys): string {
  return `${list}: [{ ${keys.map(([key, value]) => `${key}: ${value}`).join(', ')} }]`;
}

function asFile(list: string, keys: Keys): string {
  const lines = keys.map(
    ([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${value}`,
  );
  return `${list}:\n${lines.join('\n')}\n`;
}

/** A JSON text is a YAML text. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
