import type { IncomingMessage } from 'node:http';
import type { DecisionLog } from '../../decisions/log.js';
import { writeReleases } from '../../domain/dated-releases.js';
import type { FailureKind } from '../../domain/failure.js';
import { writeFacts } from '../../domain/page-facts.js';
import type { Subject } from '../../domain/subject.js';
import type { RuleHit, Verdict } from '../../domain/verdict.js';
import type { Metrics } from '../../observe/metrics.js';
import { askedOf } from '../asked.js';
import type { IdentifyClient } from '../client.js';

/** A decision on a file. */
export interface Decided {
  readonly subject: Subject;
  readonly verdict: Verdict;
  /** True until its bytes are judged. */
  readonly pending?: true | undefined;
  /** The reason why its bytes cannot be sent, if they cannot. */
  readonly failure?: FailureKind | undefined;
}

/** How one response ended. */
export interface Sent {
  /** Bytes of the body that were handed to the connection. */
  readonly bytes: number;
  /** Whether the client received the complete response, as far as we can detect. */
  readonly complete: boolean;
  /** Size of the whole file in bytes, if known. */
  readonly size?: number | undefined;
}

/** A decision and the response to the client. */
export interface Answered extends Omit<Decided, 'failure'> {
  /** Name of the requested file: the artifact or its sidecar. */
  readonly filename: string;
  readonly status: number;
  readonly sent: Sent;
  /** The failure that replaced or aborted the response. */
  readonly failure: FailureKind | undefined;
  /** Source of the bytes; undefined if no bytes were sent. */
  readonly cache: 'hit' | 'miss' | 'sidecar' | undefined;
  /** Bytes received from the upstream for it, recorded once. */
  readonly fetched: number | undefined;
}

/** Records and counts the decision on each request for a file. */
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
    const { subject, verdict, pending, failure, filename, status, sent, cache, fetched } = answered;
    this.#count(answered);
    const client = this.#identify(req);
    const spared = verdict.outcome === 'block' ? undefined : verdict.hits.find(isDryRun);
    const hit = spared ?? verdict.decisive;
    const waived = verdict.hits.find((other) => other.waiver !== undefined);
    const said = hit ?? waived ?? verdict.hits.find(({ lifted }) => lifted);
    const now = this.#now();
    await this.#log.append({
      time: new Date(now).toISOString(),
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
      size: sent.size,
      complete: sent.complete,
      cache,
      fetched,
      verdict: verdict.outcome,
      wouldBlock: spared && true,
      pending,
      failure,
      rule: said?.rule,
      reason: said?.reason,
      waiver: waived?.waiver && { rule: waived.rule, ...waived.waiver },
      wheel: hit?.wheel,
      revision: verdict.revision,
      page: { ...writeFacts(subject, now), below: writeReleases(subject, now) },
    });
  }

  /** Records that the client disconnected before the last byte, after a record with `complete`. */
  recordCut(
    req: IncomingMessage,
    { project, version, sha256 }: Subject,
    filename: string,
    bytes: number,
  ): Promise<void> {
    return this.#log.append({
      event: 'cut',
      time: new Date(this.#now()).toISOString(),
      request: askedOf(req)?.id,
      project,
      version,
      filename,
      sha256,
      user: this.#identify(req).user,
      bytes,
    });
  }

  #count({ filename, subject, verdict, pending }: Answered): void {
    const kind = filename === subject.filename ? subject.kind : 'metadata';
    this.#metrics.downloads.inc({ verdict: pending ? 'pending' : verdict.outcome, kind });
    if (verdict.outcome === 'block' && verdict.decisive !== undefined)
      this.#metrics.blockedDownloads.inc({ rule: verdict.decisive.rule, mode: 'enforce' });
    for (const hit of verdict.hits)
      if (isDryRun(hit)) this.#metrics.blockedDownloads.inc({ rule: hit.rule, mode: 'dry-run' });
  }
}

/** Whether it would have refused. */
function isDryRun({ dryRun, action, waiver }: RuleHit): boolean {
  return dryRun === true && action === 'block' && waiver === undefined;
}
