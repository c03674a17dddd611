import { CHOSEN, counted, inADay, OK_OR_NOT, quantile, type Row, rate } from './expressions.js';
import { FLEET } from './fleet-row.js';
import { bars, lines, number, states } from './panel.js';

const REFUSALS: Row = {
  title: 'What is refused',
  panels: [
    number(
      {
        title: 'Refused in 24 hours',
        description:
          'Requests for files that a rule refused. The decision log names who, and what.',
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
      description: 'What a rule in dry-run, or the whole policy in dry-run, would have refused.',
      unit: 'short',
      width: 4,
      queries: [
        { expr: inADay('wheelgate_blocked_downloads_total', 'mode="dry-run"'), legend: 'dry-run' },
      ],
    }),
    number(
      {
        title: 'Given out, and denied since',
        description:
          'Downloads of artifacts that were denied later, in 24 hours. wheelgate exposure says who has them.',
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
      description: 'Decisions on requests for files, sidecars among them.',
      unit: 'short',
      width: 4,
      queries: [{ expr: inADay('wheelgate_downloads_total'), legend: 'downloads' }],
    }),
    number(
      {
        title: 'Waivers that have expired',
        description: 'They do nothing any more. wheelgate check names them.',
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
        title: 'Policy edits that are not in force',
        description:
          'Servers whose policy folder does not validate: the policy before stays in force.',
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
      description: 'Requests for files that a rule refused.',
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
      description: 'What would have been refused. Look here before a rule leaves its dry-run.',
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
      description: 'pending: responses that left before the verdict was known, without their end.',
      unit: 'short',
      width: 12,
      queries: [{ expr: counted('wheelgate_downloads_total', 'verdict'), legend: '{{verdict}}' }],
    }),
    bars({
      title: 'Findings, by code',
      description:
        'What inspections saw, the ten most frequent. docs/what-is-inspected.md explains each code.',
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
        description: 'In dry-run nothing is refused.',
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
      description: 'expiring: within a week. An expired waiver does nothing any more.',
      unit: 'short',
      width: 8,
      queries: [{ expr: `max by (state) (wheelgate_waivers{${CHOSEN}})`, legend: '{{state}}' }],
    }),
    lines({
      title: 'Age of the malware feed',
      description: 'Since it was last known to be current. Nothing where it was never read.',
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
      description: 'A fall is worth a look.',
      unit: 'short',
      width: 8,
      queries: [
        { expr: `max by (instance) (wheelgate_feed_records{${CHOSEN}})`, legend: '{{instance}}' },
      ],
    }),
  ],
};

const SPEED: Row = {
  title: 'What clients see',
  panels: [
    lines({
      title: 'Time of a project page',
      description: 'To the end of the response, the median and the slowest in a hundred.',
      unit: 's',
      width: 8,
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'wheelgate_request_duration_seconds', '', 'route="simple"'),
        legend: `p${share * 100}`,
      })),
    }),
    lines({
      title: 'Time to the first byte of a file',
      description: 'hit: out of the cache. miss: it came from an index, and was inspected.',
      unit: 's',
      width: 8,
      queries: [0.5, 0.99].map((share) => ({
        expr: quantile(share, 'wheelgate_first_byte_seconds', 'cache'),
        legend: `{{cache}} p${share * 100}`,
      })),
    }),
    lines({
      title: 'Requests a second, by route',
      description: 'All requests, refused and failed ones too.',
      unit: 'reqps',
      width: 8,
      queries: [{ expr: rate('wheelgate_requests_total', 'route'), legend: '{{route}}' }],
    }),
    bars({
      title: 'Failures, by status',
      description:
        'From 500 on, and 499: a client that hung up. 403 is a refusal, and stands in the row above.',
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
      description: 'The median and the slowest in a hundred, by kind.',
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
      description: 'Look-ups that were answered from the cache, by tier.',
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
      title: 'What the caches hold',
      description: 'disk: artifacts. pages: the index’s pages on disk. memory: small artifacts.',
      unit: 'bytes',
      width: 8,
      queries: [{ expr: `sum by (tier) (wheelgate_cache_bytes{${CHOSEN}})`, legend: '{{tier}}' }],
    }),
    bars({
      title: 'Requests to indexes, by status',
      description: 'error: no answer at all.',
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
      title: 'Share of requests to an index that fail',
      description: 'Anything but success, a redirect, 404 or 410.',
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
      description: 'The median and the slowest in a hundred.',
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
        title: 'Parts that are not as they should be',
        description: '/readyz of the server says what is wrong.',
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
      title: 'Decisions that could not be written down',
      description: 'They went to the process’s log instead.',
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
      title: 'Messages to webhooks that wait',
      description: 'More than a few for long: a receiver takes none.',
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
      description: 'The slowest turn in a hundred: how long a request may wait for its turn.',
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
      title: 'Until the certificate ends',
      description: 'Nothing without HTTPS.',
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
