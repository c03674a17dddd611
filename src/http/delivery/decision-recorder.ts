import type { IncomingMessage } from 'node:http';
import type { DecisionLog } from '../../decisions/log.js';
import { writeFacts } from '../../domain/page-facts.js';
import type { Subject } from '../../domain/subject.js';
import type { Verdict } from '../../domain/verdict.js';
import type { Metrics } from '../../observe/metrics.js';
import { askedOf } from '../asked.js';
import type { IdentifyClient } from '../client.js';

/** What was decided on a file. */
export interface Decided {
  readonly subject: Subject;
  readonly verdict: Verdict;
}

/** How one response ended. */
export interface Sent {
  /** Bytes of the body that were handed to the connection. */
  readonly bytes: number;
  /** Whether the client got all that it asked for, as far as we know. */
  readonly complete: boolean;
}

/** A decision, and what the client was answered. */
export interface Answered extends Decided {
  /** What was asked for: the artifact's name, or its sidecar's. */
  readonly filename: string;
  readonly status: number;
  readonly sent: Sent;
}

/** Writes down, and counts, what was decided for one request for a file. */
export class DecisionRecorder {
  readonly #log: DecisionLog;
  readonly #metrics: Metrics;
  readonly #identify: IdentifyClient;
  readonly #now: () => number;

  constructor(
    log: DecisionLog,
    metrics: Metrics,
    identify: IdentifyClient,
    now: () => number = Date.now,
  ) {
    this.#log = log;
    this.#metrics = metrics;
    this.#identify = identify;
    this.#now = now;
  }

  /** Resolves once the record has reached the log. */
  async record(req: IncomingMessage, answered: Answered): Promise<void> {
    const { subject, verdict, filename, status, sent } = answered;
    this.#count(filename, subject, verdict);
    const client = this.#identify(req);
    const hit = verdict.decisive;
    const waived = verdict.hits.find((other) => other.waiver !== undefined);
    await this.#log.append({
      time: new Date(this.#now()).toISOString(),
      request: askedOf(req)?.id,
      client: client.address,
      forwarded: client.forwarded,
      user: client.user,
      userAgent: client.userAgent,
      method: req.method ?? '',
      status,
      upstream: subject.upstream,
      project: subject.project,
      version: subject.version,
      filename,
      sha256: subject.sha256,
      bytes: sent.bytes,
      complete: sent.complete,
      verdict: verdict.outcome,
      rule: (hit ?? waived)?.rule,
      reason: (hit ?? waived)?.reason,
      waiver: waived?.waiver,
      wheel: hit?.wheel,
      revision: verdict.revision,
      page: writeFacts(subject),
    });
  }

  #count(filename: string, subject: Subject, verdict: Verdict): void {
    const kind = filename === subject.filename ? subject.kind : 'metadata';
    this.#metrics.downloads.inc({ verdict: verdict.outcome, kind });
    if (verdict.outcome === 'block' && verdict.decisive !== undefined)
      this.#metrics.blockedDownloads.inc({ rule: verdict.decisive.rule, mode: 'enforce' });
    for (const hit of verdict.hits)
      if (hit.dryRun === true && hit.action === 'block' && hit.waiver === undefined)
        this.#metrics.blockedDownloads.inc({ rule: hit.rule, mode: 'dry-run' });
  }
}
