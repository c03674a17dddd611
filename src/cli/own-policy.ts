import { compilePolicy } from '../policy/compile.js';
import { loadPolicy } from '../policy/load.js';
import type { Policy } from '../policy/policy.js';
import { PolicyError } from '../policy/watcher.js';

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
