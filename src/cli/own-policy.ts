import { configFileOf, loadConfig } from '../config/load.js';
import { compilePolicy } from '../policy/compile.js';
import { loadPolicy } from '../policy/load.js';
import type { Policy } from '../policy/policy.js';
import { PolicyError } from '../policy/watcher.js';

/** The folder of policy files that a command uses beside the shipped ones. */
export interface OwnPolicies {
  /** Undefined if only the shipped files are used. */
  readonly folder: string | undefined;
  /** Who named it, in words. */
  readonly from: string | undefined;
}

/**
 * The named folder, else that of the settings of this machine's server, so that a command judges as the server does.
 * @throws {ConfigError} if the settings are invalid
 */
export function ownPolicies(named: string | undefined): OwnPolicies {
  if (named !== undefined) return { folder: named, from: undefined };
  const sources = { env: process.env, uses: ['policies'] as const };
  return configuredPolicies(loadConfig(sources).policies, configFileOf(sources));
}

/** @param file the settings file; undefined if there is none, and a variable names the folder */
export function configuredPolicies(
  folder: string | undefined,
  file: string | undefined,
): OwnPolicies {
  const from = process.env.WHEELGATE_POLICIES ? 'WHEELGATE_POLICIES' : file;
  return { folder, from: folder === undefined ? undefined : from };
}

/** What a report says of the policies that it is based on. */
export function policiesInWords({ folder, from }: OwnPolicies): string {
  if (folder === undefined) return 'only the shipped policies';
  return `the shipped policies and ${folder}${from === undefined ? '' : ` (from ${from})`}`;
}

/**
 * The policy that `serve --policies FOLDER` would use now, with the shipped files.
 * @throws {PolicyError} if it does not validate
 */
export async function loadOwnPolicy(folder: string | undefined): Promise<Policy> {
  return (await load(folder)).policy;
}

/** The same without the rule `attestation`, for use outside the server: only the server knows the attestations. */
export async function loadComparablePolicy(folder: string | undefined): Promise<Policy> {
  const { meaning } = await load(folder);
  const attestation = { ...meaning.rules.attestation, action: 'off' as const };
  return compilePolicy({ ...meaning, rules: { ...meaning.rules, attestation } });
}

async function load(folder: string | undefined) {
  const folders = folder === undefined ? [] : [folder];
  const { policy, meaning, problems } = await loadPolicy(folders, { now: Date.now() });
  if (policy === undefined || meaning === undefined) throw new PolicyError(problems);
  return { policy, meaning };
}
