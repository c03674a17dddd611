import { CHOSEN, counted, OK_OR_NOT, type Row } from './expressions.js';
import { bars, states } from './panel.js';

export const FLEET: Row = {
  title: 'Replicas, Redis and S3',
  panels: [
    states(
      {
        title: 'Redis and S3, by replica',
        description: 'A replica without them goes on alone, and refuses what it must.',
        unit: 'short',
        width: 8,
        queries: [
          {
            expr: `max by (instance, part) (wheelgate_part_degraded{part=~"redis|s3",${CHOSEN}})`,
            legend: '{{instance}} {{part}}',
          },
        ],
      },
      OK_OR_NOT,
    ),
    bars({
      title: 'Looked for in S3',
      description: 'hit: it was there. miss: the index was asked. wrong: other bytes lay there.',
      unit: 'short',
      width: 8,
      queries: [
        {
          expr: counted('wheelgate_cache_requests_total', 'result', 'tier="s3"'),
          legend: '{{result}}',
        },
      ],
    }),
    bars({
      title: 'Put into S3',
      description: 'skipped: too many were on their way. It stays on the replica then.',
      unit: 'short',
      width: 8,
      queries: [{ expr: counted('wheelgate_shared_puts_total', 'result'), legend: '{{result}}' }],
    }),
    bars({
      title: 'Fills, by lease',
      description:
        'ours: this replica fetched it. theirs: it followed another. none: it fetched it without a lease. local: no replicas.',
      unit: 'short',
      width: 12,
      queries: [{ expr: counted('wheelgate_fills_total', 'lease'), legend: '{{lease}}' }],
    }),
    bars({
      title: 'Replicas, by policy revision',
      description: 'More than one revision: replicas use different policies.',
      unit: 'short',
      width: 12,
      queries: [
        {
          expr: `max by (revision) (wheelgate_policy_replicas{${CHOSEN}})`,
          legend: '{{revision}}',
        },
      ],
    }),
  ],
};
