import type { AlertCase } from './case.js';
import { CERTIFICATE_EXPIRING } from './certificate-expiring.js';
import { DECISION_LOG_FAILING } from './decision-log-failing.js';
import { DEGRADED } from './degraded.js';
import { DOWN_CASES } from './down.js';
import { EXPOSED } from './exposed.js';
import { EXPOSURE_INCOMPLETE } from './exposure-incomplete.js';
import { FEED_OLD } from './feed-old.js';
import { FIRST_BYTE_SLOW } from './first-byte-slow.js';
import { DRY_RUN_LEFT_ON, POLICY_NOT_LOADED, WAIVER_ENDING, WAIVERS_EXPIRED } from './policy.js';
import { REDIS_DEGRADED } from './redis-degraded.js';
import { REFUSALS_RISING } from './refusals-rising.js';
import { REFUSED_DOWNLOAD } from './refused-download.js';
import { POLICIES_DIFFER, REPLICA_SILENT } from './replicas.js';
import { REQUESTS_FAILING } from './requests-failing.js';
import { S3_DEGRADED } from './s3-degraded.js';
import { UPSTREAM_FAILING } from './upstream-failing.js';

/** What is tried of each alert, by its name. */
export const ALERT_CASES: Readonly<Record<string, readonly AlertCase[]>> = {
  WheelgateRefusedDownload: REFUSED_DOWNLOAD,
  WheelgateExposed: EXPOSED,
  WheelgateExposureIncomplete: EXPOSURE_INCOMPLETE,
  WheelgatePolicyNotLoaded: POLICY_NOT_LOADED,
  WheelgateDryRun: DRY_RUN_LEFT_ON,
  WheelgateWaiversExpired: WAIVERS_EXPIRED,
  WheelgateWaiverEnding: WAIVER_ENDING,
  WheelgateRefusalsRising: REFUSALS_RISING,
  WheelgateFirstByteSlow: FIRST_BYTE_SLOW,
  WheelgateUpstreamFailing: UPSTREAM_FAILING,
  WheelgateRequestsFailing: REQUESTS_FAILING,
  WheelgateFeedOld: FEED_OLD,
  WheelgateDecisionLogFailing: DECISION_LOG_FAILING,
  WheelgateCertificateExpiring: CERTIFICATE_EXPIRING,
  WheelgatePoliciesDiffer: POLICIES_DIFFER,
  WheelgateReplicaSilent: REPLICA_SILENT,
  WheelgateDegraded: DEGRADED,
  WheelgateRedisDegraded: REDIS_DEGRADED,
  WheelgateS3Degraded: S3_DEGRADED,
  WheelgateDown: DOWN_CASES,
};
