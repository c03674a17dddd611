import { loadPolicy } from '../policy/load.js';
import type { Policy } from '../policy/policy.js';
import { PolicyError } from '../policy/watcher.js';

/**
 * The policy that `serve --policies FOLDER` would have in force now, over the shipped files.
 * @throws {PolicyError} where it does not validate
 */
export async function loadOwnPolicy(folder: string | undefined): Promise<Policy> {
  const folders = folder === undefined ? [] : [folder];
  const { policy, problems } = await loadPolicy(folders, { now: Date.now() });
  if (policy === undefined) throw new PolicyError(problems);
  return policy;
}
