import type { ArtifactEvent } from '../artifacts/artifact-service.js';
import type { AttestationEvent } from '../attestations/attestations.js';
import type { TrustEvent } from '../attestations/trust-root.js';
import { asClause, loggedCause } from '../domain/failure.js';
import type { Health } from '../observe/health.js';
import type { Metrics } from '../observe/metrics.js';
import type { PolicyMeaning } from '../policy/merge.js';
import type { Policy } from '../policy/policy.js';
import { countWaivers, nextExpiry } from '../policy/waivers.js';
import type { SeenEvent } from '../project-pages/known-bytes.js';
import type { PageEvent } from '../project-pages/page-loader.js';
import type { Log } from '../runtime/log.js';

export function notePolicy(
  { revision }: Policy,
  { mode: current }: PolicyMeaning,
  metrics: Metrics,
  now: number,
): void {
  metrics.policyRevision.reset();
  metrics.policyRevision.set({ revision }, 1);
  metrics.policyLoaded.set(now / 1_000);
  metrics.policyLoadFailed.set(0);
  for (const mode of ['enforce', 'dry-run'])
    metrics.policyMode.set({ mode }, mode === current ? 1 : 0);
}

/** Waivers expire without an edit, so they are counted at each scrape. */
export function noteWaivers({ waivers }: PolicyMeaning, metrics: Metrics, now: number): void {
  for (const [state, count] of Object.entries(countWaivers(waivers, now)))
    metrics.waivers.set({ state }, count);
  const next = nextExpiry(waivers, now);
  if (next === undefined) metrics.nextWaiverExpiry.remove();
  else metrics.nextWaiverExpiry.set(next / 1_000);
}

/** The parts of `/readyz`, in addition to the server's shutdown. */
const PARTS = [
  'policy',
  'malware-feed',
  'decision-log',
  'access',
  'certificate',
  'workers',
  'data-folder',
  'upstreams',
  'webhooks',
  'redis',
  's3',
  'replicas',
  'archive',
  'shared-policy',
];

/** Exports the state of `/readyz` as metrics. */
export function noteHealth(health: Health, metrics: Metrics): void {
  for (const part of PARTS) metrics.partDegraded.set({ part }, 0);
  health.onChange(({ part, state }) => {
    if (PARTS.includes(part)) metrics.partDegraded.set({ part }, state === 'ok' ? 0 : 1);
  });
}

export function notePageEvent(event: PageEvent, metrics: Metrics, log: Log): void {
  switch (event.kind) {
    case 'cache':
      return metrics.cacheRequests.inc({ tier: 'pages', result: event.result });
    case 'stored':
      return;
    case 'stale':
      metrics.cacheRequests.inc({ tier: 'pages', result: 'stale' });
      return log.warn(
        { project: event.project },
        `serving a stale page: ${asClause(event.failure)}`,
      );
    case 'store-failed':
      return log.warn({ err: event.error }, 'a page could not be stored');
  }
}

export function noteArtifactEvent(event: ArtifactEvent, metrics: Metrics, log: Log): void {
  switch (event.kind) {
    case 'cache':
      return metrics.cacheRequests.inc({ tier: 'artifacts', result: event.result });
    case 'inspected':
      metrics.inspectionDuration.observe({ kind: event.listed.subject.kind }, event.seconds);
      for (const finding of event.codes) metrics.findings.inc({ finding });
      return log.debug(
        { filename: event.listed.subject.filename, seconds: event.seconds, findings: event.codes },
        'inspected',
      );
    case 'failed':
      event.failure.isLogged = true;
      return log.warn(
        { filename: event.listed.subject.filename, ...loggedCause(event.failure) },
        event.failure.message,
      );
    case 'findings-not-kept':
      return log.warn(
        { filename: event.listed.subject.filename, err: event.error },
        'findings could not be stored; the artifact will be inspected again',
      );
    case 'not-kept':
      return log.warn(
        { filename: event.listed.subject.filename },
        'insufficient disk space; the artifact was served without being cached',
      );
  }
}

export function noteSeenEvent(event: Exclude<SeenEvent, { kind: 'learnt' }>, log: Log): void {
  if (event.kind === 'not-pinned') return log.error({ upstream: event.upstream }, event.reason);
  if (event.kind === 'replaced') {
    const { kind: _, ...change } = event;
    return log.warn(change, 'an index now has different bytes for a file');
  }
  return event.what === 'pins'
    ? log.error({ err: event.error }, 'pins cannot be read or stored; their files are refused')
    : log.warn({ err: event.error }, 'the sha256 of a file could not be stored');
}

export function noteAttestationEvent(event: AttestationEvent, metrics: Metrics, log: Log): void {
  switch (event.kind) {
    case 'looked-up': {
      const { filename, attestation } = event.record;
      metrics.attestations.inc({ result: attestation.kind });
      if (attestation.kind !== 'attested') log.warn({ filename, ...attestation }, 'not attested');
      return;
    }
    case 'store-failed':
      return log.warn({ err: event.error }, 'an attestation could not be stored');
  }
}

export function noteTrustEvent(event: TrustEvent, log: Log): void {
  if (event.kind === 'refreshed') log.info('the attestation verification keys are current');
  else log.warn({ err: event.error }, 'the attestation verification keys could not be updated');
}
