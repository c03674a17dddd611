import type { LiveDecisions, OnDecision } from '../decisions/live-decisions.js';
import type { ToPrimary } from './words.js';

/**
 * A worker's side of live decisions, which include all workers: the primary forwards them while there are listeners
 * here.
 */
export function createWorkerLive(primary: ToPrimary): LiveDecisions {
  const listeners = new Set<OnDecision>();
  primary.onTold('decided', (named) => {
    for (const listener of listeners) listener(named);
  });
  return {
    recent: () => primary.ask('recent-decisions', undefined),
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) primary.tell('listen', { isOn: true });
      return () => {
        if (listeners.delete(listener) && listeners.size === 0)
          primary.tell('listen', { isOn: false });
      };
    },
  };
}
