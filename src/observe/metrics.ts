import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { RULES } from '../domain/rules.js';
import { Histogram } from './histogram.js';

/** Seconds: from a page in memory to a large wheel over a slow connection. */
const REQUEST_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** The metrics of one process at one time, in prom-client's format. */
export type MetricSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * All metrics of Wheelgate, in a separate registry. Labels have few, bounded values: never a project, a file or a
 * client.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name: `wheelgate_${name}`, help, labelNames, registers });
  /** @param aggregator how the values of several processes are combined */
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    aggregator: 'sum' | 'max' = 'sum',
  ) => new Gauge<L>({ name: `wheelgate_${name}`, help, labelNames, registers, aggregator });
  /** A gauge without a value until it is set, because 0 would be a value; of several processes, the minimum counts. */
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
     * A counter's series for thousands of counts per second: the registry receives the sum at each scrape, because a
     * look-up of the series costs more than the count.
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
    /** Called before each scrape, to update gauges. */
    onCollect: (update: () => void): void => {
      beforeCollect.push(update);
    },
    /** All metrics in Prometheus text format. */
    text: (): Promise<string> => {
      for (const update of beforeCollect) update();
      return registry.metrics();
    },
    /** All metrics as data, for the sum with other processes. */
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
      'Time to the first byte of a file: cache hit, cache miss or sidecar.',
      ['cache'],
    ),
    cacheRequests: counter('cache_requests_total', 'Cache lookups.', ['tier', 'result']),
    cacheBytes: gauge('cache_bytes', 'Size of the caches, in bytes.', ['tier']),
    sharedPuts: counter(
      'shared_puts_total',
      'Uploads of artifacts to the shared store: kept, failed, skipped.',
      ['result'],
    ),
    sharedFacts: counter(
      'shared_facts_total',
      'Facts received from other replicas: accepted, or rejected because their signature is missing or invalid.',
      ['result'],
    ),
    fills: counter('fills_total', 'Fills, by lease holder.', ['lease']),
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
      'Lookups of provenance documents: attested, unverifiable, unreachable.',
      ['result'],
    ),
    policyRevision: gauge('policy_revision_info', 'The policy in force, as a label; always 1.', [
      'revision',
    ]),
    policyLoadFailures: counter(
      'policy_load_failures_total',
      'Policy edits rejected as invalid.',
      [],
    ),
    policyLoadFailed: gauge(
      'policy_load_failed',
      '1 while the policy folder is invalid and the previous policy stays in force, else 0.',
      [],
    ),
    policyMode: gauge(
      'policy_mode_info',
      '1 for the mode of the policy in force, 0 for the other.',
      ['mode'],
    ),
    policyLoaded: gauge(
      'policy_loaded_timestamp_seconds',
      'Unix time at which the policy in force was loaded.',
      [],
    ),
    policyReplicas: gauge('policy_replicas', 'Replicas by policy revision.', ['revision']),
    replicas: gauge(
      'replicas',
      'Replicas that share the cache, including this one: present, silent, or last-known while Redis does not respond.',
      ['state'],
    ),
    unsignedValues: counter(
      'unsigned_values_total',
      'Values in Redis or S3 without a valid signature, which are ignored.',
      ['what'],
    ),
    decisionsSent: counter(
      'decisions_sent_total',
      'Decisions published to other replicas: sent, dropped.',
      ['result'],
    ),
    decisionsHeard: counter(
      'decisions_heard_total',
      'Decisions received from other replicas: heard, missed.',
      ['result'],
    ),
    archivedFiles: counter(
      'archived_files_total',
      'Decision log files uploaded to S3: kept, failed (and retried).',
      ['result'],
    ),
    waivers: gauge('waivers', 'Waivers in the policy in force, by state.', ['state']),
    nextWaiverExpiry: unsetGauge(
      'waiver_next_expiry_timestamp_seconds',
      'Unix time at which the next waiver expires. Absent without waivers.',
    ),
    feedEnabled: gauge('feed_enabled', '1 if a malware feed is configured, else 0.', []),
    feedAge: unsetGauge(
      'feed_age_seconds',
      'Seconds since the last sync of the malware feed. Absent before the first sync.',
    ),
    feedSyncs: counter(
      'feed_syncs_total',
      'Updates of the malware feed, by origin: source, replica.',
      ['from'],
    ),
    feedRecords: gauge('feed_records', 'Records in the malware feed.', []),
    exposedDownloads: counter(
      'exposed_downloads_total',
      'Complete or partial downloads of artifacts that were denied later.',
      ['rule'],
    ),
    exposureIncomplete: gauge(
      'exposure_incomplete',
      '1 if the last exposure search could not read the whole decision log, else 0.',
      [],
    ),
    decisionLogFailures: counter(
      'decision_log_failures_total',
      'Decisions that could not be written to the decision log.',
      [],
    ),
    decisionLogFailing: gauge(
      'decision_log_failing',
      '1 if the last decision could not be written to the decision log, else 0.',
      [],
    ),
    partDegraded: gauge(
      'part_degraded',
      '1 while /readyz reports the part as degraded, else 0.',
      ['part'],
      'max',
    ),
    certificateExpiry: unsetGauge(
      'certificate_expiry_timestamp_seconds',
      'Unix time at which the certificate in use expires. Absent without HTTPS.',
    ),
    webhookDeliveries: counter(
      'webhook_deliveries_total',
      'Webhook deliveries: delivered, failed (and retried), dropped.',
      ['result'],
    ),
    webhookWaiting: gauge('webhook_waiting', 'Messages waiting for delivery.', []),
    startTime: gauge('start_time_seconds', 'Unix time at which Wheelgate started.', []),
  };
  // A series that starts with its first event shows no increase, and the first event matters most.
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
