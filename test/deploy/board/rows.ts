import { CHOSEN, counted, inADay, OK_OR_NOT, quantile, type Row, rate } from './expressions.js';
import { FLEET } from './fleet-row.js';
import { bars, lines, number, states } from './panel.js';

const REFUSALS: Row = {
  title: 'Refusals',
  panels: [
    number(
      {
        title: 'Refused in 24 hours',
        description: 'Refused file requests. The decision log has the clients and files.',
        unit: 'short',
        width: 4,
        queries: [
          {
            expr: inADay('wheelgate_blocked_downloads_total', 'mode="enforce"'),
            legend: 'refused',
          },
        ],
      },
      [
        [null, 'text'],
        [1, 'orange'],
      ],
    ),
    number({
      title: 'Would be refused in 24 hours',
      description: 'Refusals by rules, or a whole policy, in dry-run.',
      unit: 'short',
      width: 4,
      queries: [
        { expr: inADay('wheelgate_blocked_downloads_total', 'mode="dry-run"'), legend: 'dry-run' },
      ],
    }),
    number(
      {
        title: 'Downloads denied later',
        description:
          'Downloads of artifacts that were denied later, in 24 hours. wheelgate exposure lists the clients.',
        unit: 'short',
        width: 4,
        queries: [{ expr: inADay('wheelgate_exposed_downloads_total'), legend: 'exposed' }],
      },
      [
        [null, 'text'],
        [1, 'red'],
      ],
    ),
    number({
      title: 'Downloads in 24 hours',
      description: 'Decisions on file requests, including sidecars.',
      unit: 'short',
      width: 4,
      queries: [{ expr: inADay('wheelgate_downloads_total'), legend: 'downloads' }],
    }),
    number(
      {
        title: 'Expired waivers',
        description: 'They have no effect. wheelgate check lists them.',
        unit: 'short',
        width: 4,
        queries: [{ expr: `max(wheelgate_waivers{state="expired",${CHOSEN}})`, legend: 'expired' }],
      },
      [
        [null, 'text'],
        [1, 'orange'],
      ],
    ),
    number(
      {
        title: 'Rejected policy edits',
        description: 'Servers with an invalid policy folder. The previous policy stays in force.',
        unit: 'short',
        width: 4,
        queries: [{ expr: `sum(wheelgate_policy_load_failed{${CHOSEN}})`, legend: 'servers' }],
      },
      [
        [null, 'text'],
        [1, 'red'],
      ],
    ),
    bars({
      title: 'Refused, by rule',
      description: 'Refused file requests.',
      unit: 'short',
      width: 12,
      queries: [
        {
          expr: `${counted('wheelgate_blocked_downloads_total', 'rule', 'mode="enforce"')} > 0`,
          legend: '{{rule}}',
        },
      ],
    }),
    bars({
      title: 'Would be refused, by rule (dry-run)',
      description: 'Check these before you end the dry-run of a rule.',
      unit: 'short',
      width: 12,
      queries: [
        {
          expr: `${counted('wheelgate_blocked_downloads_total', 'rule', 'mode="dry-run"')} > 0`,
          legend: '{{rule}}',
        },
      ],
    }),
    bars({
      title: 'Downloads, by verdict',
      description: 'pending: incomplete responses sent before the verdict.',
      unit: 'short',
      width: 12,
      queries: [{ expr: counted('wheelgate_downloads_total', 'verdict'), legend: '{{verdict}}' }],
    }),
    bars({
      title: 'Findings, by code',
      description: 'The ten most frequent findings. docs/what-is-inspected.md explains each code.',
      unit: 'short',
      width: 12,
      queries: [
        {
          expr: `topk(10, ${counted('wheelgate_findings_total', 'finding')} > 0)`,
          legend: '{{finding}}',
        },
      ],
    }),
  ],
};

const POLICY: Row = {
  title: 'Policy and feed',
  panels: [
    states(
      {
        title: 'Policy revision in force, by server',
        description: 'Servers should agree. A revision is a digest of what the policy means.',
        unit: 'short',
        width: 12,
        queries: [
          {
            expr: `max by (instance, revision) (wheelgate_policy_revision_info{${CHOSEN}})`,
            legend: '{{instance}} {{revision}}',
          },
        ],
      },
      { 1: { text: 'in force', color: 'blue' } },
    ),
    states(
      {
        title: 'Mode of the policy, by server',
        description: 'In dry-run, refusals are only counted.',
        unit: 'short',
        width: 12,
        queries: [
          {
            expr: `max by (instance) (wheelgate_policy_mode_info{mode="dry-run",${CHOSEN}})`,
            legend: '{{instance}}',
          },
        ],
      },
      { 0: { text: 'enforce', color: 'green' }, 1: { text: 'dry-run', color: 'orange' } },
    ),
    lines({
      title: 'Waivers',
      description: 'expiring: within a week. An expired waiver has no effect.',
      unit: 'short',
      width: 8,
      queries: [{ expr: `max by (state) (wheelgate_waivers{${CHOSEN}})`, legend: '{{state}}' }],
    }),
    lines({
      title: 'Age of the malware feed',
      description: 'Time since the last sync. Empty if it was never read.',
      unit: 's',
      width: 8,
      queries: [
        {
          expr: `max by (instance) (wheelgate_feed_age_seconds{${CHOSEN}})`,
          legend: '{{instance}}',
        },
      ],
    }),
    lines({
      title: 'Records in the malware feed',
      description: 'Investigate a drop.',
      unit: 'short',
      width: 8,
      queries: [
        { expr: `max by (instance) (wheelgate_feed_records{${CHOSEN}})`, legend: '{{instance}}' },
      ],
    }),
  ],
};

const SPEED: Row = {
  title: 'Client experience',
  panels: [
    lines({
      title: 'Duration of a project page request',
      description: 'To the end of the response: median and 99th percentile.',
      unit: 's',
      width: 8,
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'wheelgate_request_duration_seconds', '', 'route="simple"'),
        legend: `p${share * 100}`,
      })),
    }),
    lines({
      title: 'Time to the first byte of a file',
      description: 'hit: from the cache. miss: fetched from an index and inspected.',
      unit: 's',
      width: 8,
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'wheelgate_first_byte_seconds', 'cache'),
        legend: `{{cache}} p${share * 100}`,
      })),
    }),
    lines({
      title: 'Requests per second, by route',
      description: 'All requests, including refused and failed ones.',
      unit: 'reqps',
      width: 8,
      queries: [{ expr: rate('wheelgate_requests_total', 'route'), legend: '{{route}}' }],
    }),
    bars({
      title: 'Failures, by status',
      description:
        '5xx, and 499 for clients that disconnected. Refusals (403) are in the first row.',
      unit: 'short',
      width: 12,
      queries: [
        {
          expr: `${counted('wheelgate_requests_total', 'status', 'status=~"5..|499|408"')} > 0`,
          legend: '{{status}}',
        },
      ],
    }),
    lines({
      title: 'Time to inspect an artifact',
      description: 'Median and 99th percentile, by kind.',
      unit: 's',
      width: 12,
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'wheelgate_inspection_duration_seconds', 'kind'),
        legend: `{{kind}} p${share * 100}`,
      })),
    }),
  ],
};

const CACHE: Row = {
  title: 'Cache and indexes',
  panels: [
    lines({
      title: 'Hit rate',
      description: 'Lookups answered from the cache, by tier.',
      unit: 'percentunit',
      width: 8,
      queries: [
        {
          expr: `${rate('wheelgate_cache_requests_total', 'tier', 'result="hit"')} / ${rate('wheelgate_cache_requests_total', 'tier')}`,
          legend: '{{tier}}',
        },
      ],
    }),
    lines({
      title: 'Cache size',
      description: 'disk: artifacts. pages: the index’s pages on disk. memory: small artifacts.',
      unit: 'bytes',
      width: 8,
      queries: [{ expr: `sum by (tier) (wheelgate_cache_bytes{${CHOSEN}})`, legend: '{{tier}}' }],
    }),
    bars({
      title: 'Requests to indexes, by status',
      description: 'error: no response.',
      unit: 'short',
      width: 8,
      queries: [
        {
          expr: counted('wheelgate_upstream_requests_total', 'upstream, status'),
          legend: '{{upstream}} {{status}}',
        },
      ],
    }),
    lines({
      title: 'Share of failed requests to an index',
      description: 'Any status except success, a redirect, 404 or 410.',
      unit: 'percentunit',
      width: 12,
      queries: [
        {
          expr: `${rate('wheelgate_upstream_requests_total', 'upstream', 'status!~"[123]..|404|410"')} / ${rate('wheelgate_upstream_requests_total', 'upstream')}`,
          legend: '{{upstream}}',
        },
      ],
    }),
    lines({
      title: 'Time to an index’s headers',
      description: 'Median and 99th percentile.',
      unit: 's',
      width: 12,
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'wheelgate_upstream_duration_seconds', 'upstream'),
        legend: `{{upstream}} p${share * 100}`,
      })),
    }),
  ],
};

const SERVERS: Row = {
  title: 'Servers',
  panels: [
    states(
      {
        title: 'Degraded parts',
        description: '/readyz of the server has the details.',
        unit: 'short',
        width: 12,
        queries: [
          {
            expr: `max by (instance, part) (wheelgate_part_degraded{${CHOSEN}}) > 0`,
            legend: '{{instance}} {{part}}',
          },
        ],
      },
      OK_OR_NOT,
    ),
    bars({
      title: 'Decisions not written to the log',
      description: 'They are written to the process log instead.',
      unit: 'short',
      width: 6,
      queries: [
        {
          expr: counted('wheelgate_decision_log_failures_total', 'instance'),
          legend: '{{instance}}',
        },
      ],
    }),
    lines({
      title: 'Pending webhook messages',
      description: 'A persistent backlog means that a receiver accepts no messages.',
      unit: 'short',
      width: 6,
      queries: [
        {
          expr: `sum by (instance) (wheelgate_webhook_waiting{${CHOSEN}})`,
          legend: '{{instance}}',
        },
      ],
    }),
    lines({
      title: 'Memory',
      description: 'Resident, all processes of a server’s scrape.',
      unit: 'bytes',
      width: 6,
      queries: [
        {
          expr: `sum by (instance) (process_resident_memory_bytes{${CHOSEN}} and on (job, instance) wheelgate_start_time_seconds)`,
          legend: '{{instance}}',
        },
      ],
    }),
    lines({
      title: 'Processors in use',
      description: '1 is one processor.',
      unit: 'short',
      width: 6,
      queries: [
        {
          expr: `sum by (instance) (rate(process_cpu_seconds_total{${CHOSEN}}[$__rate_interval]) and on (job, instance) wheelgate_start_time_seconds)`,
          legend: '{{instance}}',
        },
      ],
    }),
    lines({
      title: 'Delay of the event loop',
      description: '99th percentile of the delay.',
      unit: 's',
      width: 6,
      queries: [
        {
          expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds{${CHOSEN}} and on (job, instance) wheelgate_start_time_seconds)`,
          legend: '{{instance}}',
        },
      ],
    }),
    lines({
      title: 'Time until the certificate expires',
      description: 'Empty without HTTPS.',
      unit: 's',
      width: 6,
      queries: [
        {
          expr: `min by (instance) (wheelgate_certificate_expiry_timestamp_seconds{${CHOSEN}}) - time()`,
          legend: '{{instance}}',
        },
      ],
    }),
  ],
};

/** What was refused comes first: it is what the board is opened for. */
export const ROWS: readonly Row[] = [REFUSALS, POLICY, SPEED, CACHE, SERVERS, FLEET];
