import type { ServiceState } from '../dashboard/service-state.js';
import type { FeedService } from '../feed/feed-service.js';
import { ENDING_WITHIN } from '../policy/waivers.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import type { Process } from './process.js';
import type { Replicas } from './replicas.js';

/** The state of the service, for the process that owns the machine's parts. */
export function serviceState(
  { now, metrics }: Process,
  policies: PolicyWatcher,
  feed: FeedService | undefined,
  replicas: Replicas | undefined,
) {
  return async (): Promise<ServiceState> => {
    const { current, meaning } = policies;
    const readingOf = async (gauge: typeof metrics.policyLoaded) =>
      (await gauge.get()).values[0]?.value ?? 0;
    const syncedAt = feed?.current.syncedAt;
    return {
      policy: {
        revision: current.revision,
        mode: meaning.mode,
        since: new Date((await readingOf(metrics.policyLoaded)) * 1_000).toISOString(),
        failing: (await readingOf(metrics.policyLoadFailed)) > 0,
      },
      feed: syncedAt === undefined ? undefined : new Date(syncedAt).toISOString(),
      waivers: meaning.waivers
        .filter(({ expires }) => expires > now() && expires <= now() + ENDING_WITHIN)
        .sort((a, b) => a.expires - b.expires)
        .map(({ rule, project, versions, owner, expires }) => ({
          rule,
          project,
          versions,
          owner,
          expires: new Date(expires).toISOString(),
        })),
      ...(replicas !== undefined && { replicas: replicas.notes }),
      ...(replicas?.asOf !== undefined && { replicasAsOf: replicas.asOf }),
    };
  };
}
