import type { Config } from '../config/config.js';
import { ONLY_COUNTED, POLICY_IN_FORCE } from '../messages/start.js';
import type { ReadPolicy } from '../policy/load.js';
import { type FilesInForce, PolicyWatcher } from '../policy/watcher.js';
import { formatProblem, isUnread } from '../yaml/problem.js';
import { notePolicy, noteWaivers } from './note-events.js';
import type { Process } from './process.js';

const NOTHING_REFUSED = `mode: dry-run: ${ONLY_COUNTED}`;

/**
 * The policy in force, from the shipped files and the configured ones.
 * @param read reads the files of a change, @param inForce undefined if the local files always apply
 * @throws {PolicyError} if it does not validate
 */
export async function createPolicies(
  config: Config,
  { now, log, metrics, health, closing }: Process,
  read: ReadPolicy,
  inForce: FilesInForce | undefined,
): Promise<PolicyWatcher> {
  const folders = config.policies === undefined ? [] : [config.policies];
  const policies = await PolicyWatcher.start(folders, {
    upstreams: config.upstreams.map((upstream) => upstream.name),
    hasFeed: config.feed.url !== undefined,
    now,
    read,
    ...(inForce !== undefined && { inForce }),
    onLoad: ({ policy, meaning, warnings }) => {
      notePolicy(policy, meaning, metrics, now());
      const { revision } = policy;
      const { mode } = meaning;
      const isDry = mode === 'dry-run';
      health.set('policy', 'ok', `revision ${revision}${isDry ? `, ${NOTHING_REFUSED}` : ''}`);
      if (isDry) log.warn({ revision, mode }, `${POLICY_IN_FORCE}, ${NOTHING_REFUSED}`);
      else log.info({ revision, mode }, POLICY_IN_FORCE);
      for (const warning of warnings) log.warn(formatProblem(warning));
    },
    onProblem: (problems) => {
      metrics.policyLoadFailures.inc();
      metrics.policyLoadFailed.set(1);
      health.set(
        'policy',
        'degraded',
        isUnread(problems)
          ? 'the policy files cannot be read; retrying, the previous policy stays in force'
          : 'a policy edit is invalid; the previous policy stays in force',
      );
      for (const problem of problems) log.error(`policy edit rejected: ${formatProblem(problem)}`);
    },
  });
  closing.add(() => policies.close());
  metrics.onCollect(() => noteWaivers(policies.meaning, metrics, now()));
  return policies;
}
