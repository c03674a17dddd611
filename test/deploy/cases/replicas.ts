import type { TestGate } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

/** What a replica says of those that it knows: how many go by each policy, and how many are silent. `/readyz` says so, too. */
function known(gate: TestGate, revisions: Readonly<Record<string, number>>, silent = 0): void {
  const { policyReplicas, replicas, partDegraded } = gate.gate.metrics;
  policyReplicas.reset();
  for (const [revision, count] of Object.entries(revisions))
    policyReplicas.set({ revision }, count);
  replicas.set({ state: 'silent' }, silent);
  const isTroubled = silent > 0 || Object.keys(revisions).length > 1;
  partDegraded.set({ part: 'replicas' }, isTroubled ? 1 : 0);
}

export const POLICIES_DIFFER: readonly AlertCase[] = [
  {
    name: 'fires after five minutes of two policies, and ends where all go by one',
    run: async (timeline, gate) => {
      known(gate, { r1: 3 });
      await timeline.scraped(3);
      known(gate, { r1: 2, r2: 1 });
      await timeline.scraped(5);
      timeline.expect();
      await timeline.scraped(2);
      timeline.expect({ alert: 'WheelgatePoliciesDiffer', labels: TARGET });
      known(gate, { r2: 3 });
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'is silent while an edit reaches one replica after the other',
    run: async (timeline, gate) => {
      known(gate, { r1: 3 });
      await timeline.scraped(3);
      known(gate, { r1: 1, r2: 2 });
      await timeline.scraped(3);
      known(gate, { r2: 3 });
      await timeline.scraped(10);
      timeline.expect();
    },
  },
];

export const REPLICA_SILENT: readonly AlertCase[] = [
  {
    name: 'fires while a replica says nothing for five minutes, and ends with its word',
    run: async (timeline, gate) => {
      known(gate, { r1: 2 });
      await timeline.scraped(3);
      known(gate, { r1: 1 }, 1);
      await timeline.scraped(5);
      timeline.expect();
      await timeline.scraped(2);
      timeline.expect({ alert: 'WheelgateReplicaSilent', labels: { job: TARGET.job } });
      known(gate, { r1: 2 });
      await timeline.scraped();
      timeline.expect();
    },
  },
];
