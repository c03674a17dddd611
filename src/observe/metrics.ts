import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { RULES } from '../domain/rules.js';
import { Histogram } from './histogram.js';

/** Seconds: from a page out of memory to a large wheel over a slow line. */
const REQUEST_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** The metrics of one process at one moment, as prom-client gives them. */
export type MetricSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Every metric of Wheelgate, in a registry of its own. Labels are few and bounded: never a project, a
 * file or a client.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name: `wheelgate_${name}`, help, labelNames, registers });
  /** @param aggregator what the values of several processes come to */
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    aggregator: 'sum' | 'max' = 'sum',
  ) => new Gauge<L>({ name: `wheelgate_${name}`, help, labelNames, registers, aggregator });
  /** A gauge without a value until it is set, where 0 would say something; of several processes the least counts. */
  const unsetGauge = (name: string, help: string) => {
    const made = new Gauge({ name: `wheelgate_${name}`, help, registers, aggregator: 'min' });
    made.remove();
    return made;
  };
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Histogram<L>(
      { name: `wheelgate_${name}`, help, labelNames, buckets: REQUEST_SECONDS },
      registry,
    );
  const beforeCollect: (() => void)[] = [];
  const metrics = {
    registry,
    /**
     * A counter's series that is counted many thousand times a second: the registry hears of it at each scrape,
     * for finding the series costs more there than the count itself.
     */
    series: <L extends string>(
      of: Counter<L>,
      labels: Partial<Record<L, string>>,
    ): (() => void) => {
      let count = 0;
      beforeCollect.push(() => {
        if (count > 0) of.inc(labels as Record<L, string>, count);
        count = 0;
      });
      return () => {
        count += 1;
      };
    },
    /** Called before each scrape, to bring gauges up to date. */
    onCollect: (update: () => void): void => {
      beforeCollect.push(update);
    },
    /** All metrics in Prometheus's text form. */
    text: (): Promise<string> => {
      for (const update of beforeCollect) update();
      return registry.metrics();
    },
    /** All metrics as data, to be summed with those of other processes. */
    snapshot: (): Promise<MetricSnapshot> => {
      for (const update of beforeCollect) update();
      return registry.getMetricsAsJSON();
    },
    downloads: counter('downloads_total', 'Decisions on requests for files.', ['verdict', 'kind']),
    blockedDownloads: counter(
      'blocked_downloads_total',
      'Requests for files that a rule refused, or would have refused in dry-run.',
      ['rule', 'mode'],
    ),
    requests: counter('requests_total', 'HTTP requests; status 499 is a client that hung up.', [
      'route',
      'status',
    ]),
    requestDuration: histogram('request_duration_seconds', 'Time to the end of a response.', [
      'route',
    ]),
    firstByte: histogram(
      'first_byte_seconds',
      'Time to the first byte of a file: out of the cache, after a look at the upstream, or of a sidecar.',
      ['cache'],
    ),
    cacheRequests: counter('cache_requests_total', 'Look-ups in the caches.', ['tier', 'result']),
    cacheBytes: gauge('cache_bytes', 'What the caches hold, in bytes.', ['tier']),
    sharedPuts: counter(
      'shared_puts_total',
      'Artifacts that were to be put into the store that machines share: kept, failed, skipped.',
      ['result'],
    ),
    sharedFacts: counter(
      'shared_facts_total',
      'What other replicas have learnt: taken over, or refused because it was not sealed with our secret.',
      ['result'],
    ),
    fills: counter(
      'fills_total',
      'Artifacts that were to be brought here, by whose lease: ours, theirs (of another replica), none, local.',
      ['lease'],
    ),
    aheadFetches: counter(
      'ahead_fetches_total',
      'Files of new releases fetched before a client asked: allowed, refused, failed.',
      ['result'],
    ),
    aheadBytes: counter('ahead_bytes_total', 'Bytes of files fetched before a client asked.', []),
    upstreamRequests: counter('upstream_requests_total', 'Requests to upstream indexes.', [
      'upstream',
      'status',
    ]),
    upstreamDuration: histogram('upstream_duration_seconds', 'Time to an upstream’s headers.', [
      'upstream',
    ]),
    inspectionDuration: histogram('inspection_duration_seconds', 'Time to inspect an artifact.', [
      'kind',
    ]),
    findings: counter('findings_total', 'Findings of inspections, by code.', ['finding']),
    probes: counter(
      'probes_total',
      'Files probed before a page listed them: found, clean, no-range, unreadable, failed, stopped.',
      ['result'],
    ),
    probeBytes: counter('probe_bytes_total', 'Bytes that probes have read from upstreams.', []),
    attestations: counter(
      'attestation_lookups_total',
      'Provenance documents looked at: attested, unverifiable, unreachable.',
      ['result'],
    ),
    policyRevision: gauge('policy_revision_info', 'The policy in force, as a label; always 1.', [
      'revision',
    ]),
    policyLoadFailures: counter(
      'policy_load_failures_total',
      'Policy edits that did not validate and were not taken over.',
      [],
    ),
    policyLoadFailed: gauge(
      'policy_load_failed',
      '1 while the policy folder does not validate and the policy before it is in force, else 0.',
      [],
    ),
    policyMode: gauge(
      'policy_mode_info',
      '1 for the mode of the policy in force, 0 for the other.',
      ['mode'],
    ),
    policyLoaded: gauge(
      'policy_loaded_timestamp_seconds',
      'When the policy in force was loaded, in seconds since 1970.',
      [],
    ),
    policyReplicas: gauge('policy_replicas', 'Replicas that go by each policy revision.', [
      'revision',
    ]),
    replicas: gauge(
      'replicas',
      'Replicas that serve the same cache, this one among them: present, silent; last known, while Redis does not answer.',
      ['state'],
    ),
    unsignedValues: counter(
      'unsigned_values_total',
      'What was found in Redis or S3 and no replica had signed: it counts as absent.',
      ['what'],
    ),
    decisionsSent: counter(
      'decisions_sent_total',
      'Decisions that other replicas were to be told of: sent, dropped.',
      ['result'],
    ),
    decisionsHeard: counter(
      'decisions_heard_total',
      'Decisions of other replicas: heard, missed.',
      ['result'],
    ),
    archivedFiles: counter(
      'archived_files_total',
      'Files of the decision log that were to be put into S3: kept, failed (and tried again).',
      ['result'],
    ),
    waivers: gauge('waivers', 'Waivers in the policy in force, by state.', ['state']),
    nextWaiverExpiry: unsetGauge(
      'waiver_next_expiry_timestamp_seconds',
      'When the next waiver in force ends, in seconds since 1970; absent where there is none.',
    ),
    feedEnabled: gauge('feed_enabled', '1 where the settings want a malware feed, else 0.', []),
    feedAge: unsetGauge(
      'feed_age_seconds',
      'Since the malware feed was last known to be current; absent before the first time.',
    ),
    feedSyncs: counter(
      'feed_syncs_total',
      'Times that the malware feed was brought up to date: from its source, from another replica.',
      ['from'],
    ),
    feedRecords: gauge('feed_records', 'Records in the malware feed.', []),
    exposedDownloads: counter(
      'exposed_downloads_total',
      'Downloads of artifacts that were denied later, whole or in parts.',
      ['rule'],
    ),
    exposureIncomplete: gauge(
      'exposure_incomplete',
      '1 while the last search of the decision log for what is denied by now could not read all of it, else 0.',
      [],
    ),
    decisionLogFailures: counter(
      'decision_log_failures_total',
      'Decisions that could not be written down.',
      [],
    ),
    decisionLogFailing: gauge(
      'decision_log_failing',
      '1 while the last decision could not be written down, else 0.',
      [],
    ),
    partDegraded: gauge(
      'part_degraded',
      '1 while a part is not as it should be, as /readyz says, else 0.',
      ['part'],
      'max',
    ),
    certificateExpiry: unsetGauge(
      'certificate_expiry_timestamp_seconds',
      'When the certificate in use ends, in seconds since 1970; absent without HTTPS.',
    ),
    webhookDeliveries: counter(
      'webhook_deliveries_total',
      'Attempts to deliver a message to a webhook: delivered, failed (and tried again), and messages dropped.',
      ['result'],
    ),
    webhookWaiting: gauge('webhook_waiting', 'Messages that wait to be delivered.', []),
    startTime: gauge('start_time_seconds', 'When Wheelgate started, in seconds since 1970.', []),
  };
  // A series that is born with its first event shows no increase, and the first event is the one that matters.
  for (const rule of RULES)
    for (const mode of ['enforce', 'dry-run']) metrics.blockedDownloads.inc({ rule, mode }, 0);
  for (const verdict of ['allow', 'warn', 'block', 'pending'])
    for (const kind of ['wheel', 'sdist', 'other', 'metadata'])
      metrics.downloads.inc({ verdict, kind }, 0);
  for (const result of ['found', 'clean', 'no-range', 'unreadable', 'failed', 'stopped'])
    metrics.probes.inc({ result }, 0);
  for (const result of ['delivered', 'failed', 'dropped'])
    metrics.webhookDeliveries.inc({ result }, 0);
  return metrics;
}
