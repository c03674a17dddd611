import type { NameGlob } from '../domain/name-glob.js';
import type { ProjectName } from '../domain/project-name.js';
import type { RuleId } from '../domain/verdict.js';
import type { DenyIndex } from './deny-index.js';
import type { AllowEntry, WaiverEntry } from './schema.js';

/** What every rule has: what it does, to whom. */
export interface RuleSettings {
  readonly action: 'block' | 'warn' | 'off';
  readonly dryRun: boolean;
  readonly index: 'yank' | 'hide';
  readonly upstreams: readonly string[] | undefined;
  readonly projects: readonly NameGlob[] | undefined;
  readonly exempt: readonly NameGlob[];
}

export interface CooldownSettings extends RuleSettings {
  /** Milliseconds. */
  readonly age: number;
}

export interface SdistSettings extends RuleSettings {
  readonly withoutWheel: 'refuse' | 'allow';
}

export interface StatusSettings extends RuleSettings {
  readonly statuses: readonly string[];
}

/** A whole policy, arranged for look-ups. */
export interface CompiledPolicy {
  readonly revision: string;
  readonly rules: Readonly<Record<RuleId, RuleSettings>> & {
    readonly cooldown: CooldownSettings;
    readonly sdist: SdistSettings;
    readonly status: StatusSettings;
  };
  readonly deny: DenyIndex;
  readonly allow: readonly AllowEntry[] | undefined;
  /** Honest start-up hooks: `project file sha256`. */
  readonly hooks: ReadonlySet<string>;
  readonly waivers: ReadonlyMap<ProjectName, readonly WaiverEntry[]>;
}

/** How an honest hook is named in `CompiledPolicy.hooks`. */
export function hookKey(project: ProjectName, file: string, sha256: string): string {
  return `${project} ${file} ${sha256}`;
}
