import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import type { Waiver } from '../policy/entries.js';
import { unfinishedKeys } from '../policy/how-to-waive.js';
import type { PolicyMeaning } from '../policy/merge.js';
import type { Layer, Place, PolicySources, PolicyText, SaidValue } from '../policy/sources.js';
import { DAY } from '../policy/terms.js';
import { ENDING_WITHIN, reachOf } from '../policy/waivers.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import type { PolicyEdit } from './policy-edits.js';
import type { ReplicaNote } from './replica-note.js';

/** A line of a policy file. */
export interface PolicyPlace {
  readonly layer: Layer;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** An error in an edit. */
export interface EditProblem {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

/** A rejected edit. The previous policy remains in force. */
export interface FailingEdit {
  /** ISO 8601: start of the difference between the files and the policy in force. */
  readonly since: string;
  /** Total number of errors. */
  readonly count: number;
  /** The first errors. */
  readonly problems: readonly EditProblem[];
}

export interface PolicyFileNote {
  readonly name: string;
  readonly layer: Layer;
  readonly bytes: number;
  readonly lines: number;
  /** Omitted if the file is long. The endpoint of the file returns it in parts. */
  readonly text: string | undefined;
}

/** A setting, with all policy files merged. */
export interface PolicySetting {
  /** `action`, `age`, `codes.record-absent`. */
  readonly key: string;
  /** As written in the policy file. */
  readonly value: string;
  /** Absent if the default applies. */
  readonly at: PolicyPlace | undefined;
}

export interface RuleNote {
  readonly rule: SettableRule;
  readonly action: 'block' | 'warn' | 'off';
  /** Whether it only records its matches (dry-run mode). */
  readonly dryRun: boolean;
  readonly settings: readonly PolicySetting[];
}

/** `early` expires so far ahead that it does nothing yet: see `waiver-max`. */
export type WaiverState = 'active' | 'ending' | 'expired' | 'early';

export interface WaiverNote extends Omit<Waiver, 'expires'> {
  readonly state: WaiverState;
  /** True if its owner or reason is still the placeholder `CHANGE-ME`. */
  readonly incomplete?: true;
  /** ISO 8601: expiry time. */
  readonly expires: string;
  readonly at: PolicyPlace;
}

export interface DenialNote {
  readonly project: string | undefined;
  readonly versions: string | undefined;
  readonly sha256: string | undefined;
  readonly reason: string;
  readonly reference: string | undefined;
  readonly at: PolicyPlace;
}

export interface HookNote {
  readonly project: string;
  readonly file: string;
  readonly sha256: readonly string[];
  readonly at: PolicyPlace;
}

export interface AllowNote {
  readonly project: string;
  readonly at: PolicyPlace;
}

/** A list of the policy, possibly shortened: your entries first, then the shipped ones. */
export interface PolicyList<Entry> {
  /** Total number. */
  readonly count: number;
  readonly entries: readonly Entry[];
}

/** The state of the policy: the data of `/policy` and `/api/v1/policy`. */
export interface PolicyReport {
  readonly revision: string;
  /** ISO 8601: activation time of these rules. Absent if too many later edits without effect have displaced it. */
  readonly since: string | undefined;
  readonly failing: FailingEdit | undefined;
  /** `mode` and `waiver-max`. */
  readonly settings: readonly PolicySetting[];
  readonly files: readonly PolicyFileNote[];
  readonly rules: readonly RuleNote[];
  /** The next to expire first. Expired waivers are last. */
  readonly waivers: PolicyList<WaiverNote> & {
    readonly states: Readonly<Record<WaiverState, number>>;
  };
  readonly denials: PolicyList<DenialNote>;
  readonly hooks: PolicyList<HookNote>;
  /** Absent if the allow list is missing. */
  readonly allow: PolicyList<AllowNote> | undefined;
  /** The most recent accepted edits, newest first. */
  readonly edits: readonly PolicyEdit[];
  /** The policy revisions of the replicas that share the cache. Absent for a single server. */
  readonly replicas?: readonly ReplicaNote[];
}

export interface ReportedPolicy {
  readonly revision: string;
  readonly meaning: PolicyMeaning;
  readonly sources: PolicySources;
  readonly edits: readonly PolicyEdit[];
  readonly since: string | undefined;
  /** The errors in the current files, and their start. */
  readonly failing:
    | { readonly since: number; readonly problems: PolicyWatcher['problems'] }
    | undefined;
  readonly replicas: readonly ReplicaNote[] | undefined;
}

const MOST_PROBLEMS = 100;
const MOST_ENTRIES = 500;
/** The limit for the text of one file, and of all files, in the report, in characters. */
const MOST_TEXT = 64 * 1024;
const MOST_TEXTS = 512 * 1024;

/** @param comments whether the texts include comments @param now milliseconds since 1970 */
export function reportPolicy(policy: ReportedPolicy, comments: boolean, now: number): PolicyReport {
  const { revision, meaning, sources, edits, since, failing, replicas } = policy;
  const placeOf = ({ file, line }: Place): PolicyPlace => {
    const { layer, name } = sources.files[file]!;
    return { layer, file: name, line };
  };
  const listOf = <Said, Entry>(
    all: readonly Said[],
    places: readonly Place[],
    note: (said: Said, at: PolicyPlace) => Entry,
  ): PolicyList<Entry> => {
    const noted = all.map((said, index) => ({ said, at: placeOf(places[index]!) }));
    const yours = (own: boolean) => noted.filter(({ at }) => (at.layer === 'own') === own);
    const first = [...yours(true), ...yours(false)].slice(0, MOST_ENTRIES);
    return { count: all.length, entries: first.map(({ said, at }) => note(said, at)) };
  };
  const settingOf = (key: string, said: SaidValue | undefined, fallback: unknown) => ({
    key,
    value: written(said?.value ?? fallback),
    at: said && placeOf(said),
  });
  const { deny, allow, hooks } = meaning;
  return {
    revision,
    since,
    failing: failing && failingEdit(failing),
    settings: [
      settingOf('mode', sources.keys.mode, meaning.mode),
      settingOf('waiver-max', sources.keys['waiver-max'], `${meaning.waiverMax / DAY}d`),
    ],
    files: filesOf(sources.files, comments),
    rules: SETTABLE_RULES.map((rule) => ruleOf(rule, meaning, sources.keys, settingOf)),
    waivers: waiversOf(meaning, sources.waivers.map(placeOf), now),
    denials: listOf(deny, sources.deny, ({ project, versions, sha256, reason, reference }, at) => ({
      project,
      versions,
      sha256,
      reason,
      reference,
      at,
    })),
    hooks: listOf(hooks, sources.hooks, ({ project, file, sha256 }, at) => ({
      project,
      file,
      sha256,
      at,
    })),
    allow: allow && listOf(allow, sources.allow, (project, at) => ({ project, at })),
    edits,
    ...(replicas !== undefined && { replicas }),
  };
}

function failingEdit({ since, problems }: NonNullable<ReportedPolicy['failing']>): FailingEdit {
  return {
    since: new Date(since).toISOString(),
    count: problems.length,
    problems: problems.slice(0, MOST_PROBLEMS).map(({ file, line, column, message }) => ({
      file: withoutFolder(file),
      line,
      column,
      message,
    })),
  };
}

/** The folder of the files is hidden from readers of their content. */
function withoutFolder(path: string): string {
  return path.replace(/^.*[/\\](?=[^/\\])/, '');
}

function filesOf(files: readonly PolicyText[], comments: boolean): PolicyFileNote[] {
  let room = MOST_TEXTS;
  return files.map((file) => {
    const { name, layer, bytes, lines } = file;
    const text = comments ? file.text : file.plain;
    const fits = text !== undefined && text.length <= Math.min(MOST_TEXT, room);
    if (fits) room -= text.length;
    return { name, layer, bytes, lines: lines.length, text: fits ? text : undefined };
  });
}

type SettingOf = (key: string, said: SaidValue | undefined, fallback: unknown) => PolicySetting;

function ruleOf(
  rule: SettableRule,
  meaning: PolicyMeaning,
  keys: PolicySources['keys'],
  settingOf: SettingOf,
): RuleNote {
  const settings: Readonly<Record<string, unknown>> = meaning.rules[rule];
  const { action, mode = meaning.mode } = meaning.rules[rule];
  const all = Object.entries(settings).flatMap(([key, value]) =>
    key === 'codes'
      ? Object.entries(value as object).map(([code, does]) => [`codes.${code}`, does] as const)
      : [[key, DURATIONS.has(key) ? `${(value as number) / DAY}d` : value] as const],
  );
  return {
    rule,
    action,
    dryRun: mode === 'dry-run',
    settings: all
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => settingOf(key, keys[`${rule}.${key}`], value)),
  };
}

/** Read as milliseconds, written in days. */
const DURATIONS: ReadonlySet<string> = new Set(['age', 'max-age']);

/** A value as one line of YAML. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${written(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

function waiversOf(
  { waivers, waiverMax }: PolicyMeaning,
  places: readonly PolicyPlace[],
  now: number,
): PolicyReport['waivers'] {
  const states: Record<WaiverState, number> = { active: 0, ending: 0, expired: 0, early: 0 };
  const noted = waivers.map((waiver, index) => {
    const state = stateOf(waiver, waiverMax, now);
    states[state] += 1;
    return { waiver, state, at: places[index]! };
  });
  noted.sort(
    (a, b) =>
      Number(a.state === 'expired') - Number(b.state === 'expired') ||
      a.waiver.expires - b.waiver.expires,
  );
  const entries = noted.slice(0, MOST_ENTRIES).map(({ waiver, state, at }) => ({
    ...waiver,
    state,
    ...(unfinishedKeys(waiver).length > 0 && { incomplete: true as const }),
    expires: new Date(waiver.expires).toISOString(),
    at,
  }));
  return { count: waivers.length, states, entries };
}

function stateOf({ expires }: Waiver, waiverMax: number, now: number): WaiverState {
  if (expires <= now) return 'expired';
  if (expires > now + reachOf(waiverMax)) return 'early';
  return expires <= now + ENDING_WITHIN ? 'ending' : 'active';
}
