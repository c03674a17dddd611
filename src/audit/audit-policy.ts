import type { Sha256 } from '../domain/digest.js';
import type { DistributionKind } from '../domain/distribution-filename.js';
import type { Finding, Inspection } from '../domain/finding.js';
import { NOTHING_KNOWN } from '../domain/knowledge.js';
import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { NO_PAGE } from '../domain/page-facts.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Need, needsOf, type RuleId } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit } from '../domain/verdict.js';
import type { Policy } from '../policy/policy.js';

/** The facts about a release that are known without an index. */
export interface KnownRelease {
  /** Undefined for a file without an owner. */
  readonly project: ProjectName | undefined;
  readonly version: string | undefined;
  readonly filename?: string | undefined;
  readonly kind?: DistributionKind | undefined;
  readonly sha256?: Sha256 | undefined;
  /** Milliseconds since 1970. */
  readonly uploadTime?: number | undefined;
}

/** The audit has neither the index nor the archive. */
const NOT_HERE: readonly Need[] = ['page', 'bytes', 'attestations'];

/** The rules that are evaluated nevertheless: for the installed hooks, and by the upload times in a lock. */
const ASKED: ReadonlySet<RuleId> = new Set(['startup-hook', 'cooldown']);

/** Evaluates the policy in force, by the same function as the gate. */
export class AuditPolicy {
  readonly #policy: Policy;
  readonly #now: number;
  readonly #feed: MalwareFeed;

  /** @param now milliseconds since 1970 */
  constructor(policy: Policy, now: number, feed: MalwareFeed = NO_FEED) {
    this.#policy = policy;
    this.#now = now;
    this.#feed = feed;
  }

  get revision(): string {
    return this.#policy.revision;
  }

  /** The rule hits for a release, from its known facts. A cooldown has `until` if the upload time is known. */
  release(known: KnownRelease): readonly RuleHit[] {
    return this.#hits(known, undefined).filter(({ rule }) => rule !== 'startup-hook');
  }

  /** The `startup-hook` hit for one finding; undefined for a known-good hook. */
  hook(known: KnownRelease, finding: Finding): RuleHit | undefined {
    return this.#hits(known, inspectionOf([finding], [])).find(
      ({ rule }) => rule === 'startup-hook',
    );
  }

  /** The `startup-hook` hit for a release with these modules (`Inspection.modules`). */
  modules(known: KnownRelease, names: readonly string[], cut: boolean): RuleHit | undefined {
    const inspection = {
      ...inspectionOf([], []),
      modules: names,
      ...(cut && { modulesCut: true as const }),
    };
    return this.#hits(known, inspection).find(({ rule }) => rule === 'startup-hook');
  }

  /** The denial of one of the contents; undefined if the release itself is already denied. */
  contents(known: KnownRelease, digests: readonly Sha256[]): RuleHit | undefined {
    if (digests.length === 0) return undefined;
    const denied = (inspection: Inspection | undefined) =>
      this.#hits(known, inspection).find(({ rule }) => rule === 'deny');
    return denied(undefined) === undefined ? denied(inspectionOf([], digests)) : undefined;
  }

  #hits(known: KnownRelease, inspection: Inspection | undefined): RuleHit[] {
    return this.#policy
      .evaluate({
        subject: subjectOf(known),
        now: this.#now,
        known: { ...NOTHING_KNOWN, inspection, feed: this.#feed },
      })
      .hits.filter(({ rule }) => ASKED.has(rule) || !needsOf(rule).some(isNotHere));
  }
}

function isNotHere(need: Need): boolean {
  return NOT_HERE.includes(need);
}

/** Whether a hit refuses, rather than only warns. */
export function refuses(hit: RuleHit): boolean {
  return hit.action === 'block' && hit.dryRun !== true && hit.waiver === undefined;
}

/** `public`, so the rules for public upstreams apply. */
function subjectOf(known: KnownRelease): Subject {
  const { project, version } = known;
  const name = version === undefined ? `${project ?? 'a file'}` : `${project} ${version}`;
  return {
    upstream: 'pypi',
    project: project ?? ('' as ProjectName),
    version,
    filename: known.filename ?? name,
    kind: known.kind ?? 'wheel',
    sha256: known.sha256,
    size: undefined,
    ...NO_PAGE,
    publicUpstream: true,
    uploadTime: known.uploadTime,
  };
}

function inspectionOf(findings: readonly Finding[], digests: readonly Sha256[]): Inspection {
  const starts = digests.map((digest) => Buffer.from(digest.slice(0, 16), 'hex'));
  return {
    inspector: 0,
    sha256: '0'.repeat(64) as Sha256,
    filename: '',
    size: 0,
    findings,
    memberDigests: Buffer.concat(starts).toString('base64'),
    memberCount: digests.length,
    inflatedBytes: 0,
  };
}
