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

/** What was decided on a file. */
export interface Decided {
  readonly subject: Subject;
  readonly verdict: Verdict;
  /** True while nobody has judged its bytes. */
  readonly pending?: true | undefined;
  /** Why its bytes will not come, where they will not. */
  readonly failure?: FailureKind | undefined;
}

/** How one response ended. */
export interface Sent {
  /** Bytes of the body that were handed to the connection. */
  readonly bytes: number;
  /** Whether the client got all that it asked for, as far as we know. */
  readonly complete: boolean;
  /** Size of the whole file in bytes, if known. */
  readonly size?: number | undefined;
}

/** A decision, and what the client was answered. */
export interface Answered extends Omit<Decided, 'failure'> {
  /** What was asked for: the artifact's name, or its sidecar's. */
  readonly filename: string;
  readonly status: number;
  readonly sent: Sent;
  /** What came in the file's place, or broke it off. */
  readonly failure: FailureKind | undefined;
  /** Where the bytes came from; undefined where none were sent. */
  readonly cache: 'hit' | 'miss' | 'sidecar' | undefined;
  /** Bytes that the upstream has sent for it, told of once. */
  readonly fetched: number | undefined;
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
      waiver: waived?.waiver,
      wheel: hit?.wheel,
      revision: verdict.revision,
      page: { ...writeFacts(subject, now), below: writeReleases(subject, now) },
    });
  }

  /** Writes down that the client was gone before the last byte of what a record has told of as complete. */
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
