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

/** What is known of a release without asking an index. */
export interface KnownRelease {
  /** Undefined for a file that belongs to nobody. */
  readonly project: ProjectName | undefined;
  readonly version: string | undefined;
  readonly filename?: string | undefined;
  readonly kind?: DistributionKind | undefined;
  readonly sha256?: Sha256 | undefined;
  /** Milliseconds since 1970. */
  readonly uploadTime?: number | undefined;
}

/** Neither the index is here, nor the archive. */
const NOT_HERE: readonly Need[] = ['page', 'bytes', 'attestations'];

/** The rules that are asked all the same: of the hooks that were found installed, by the upload times of a lock. */
const ASKED: ReadonlySet<RuleId> = new Set(['startup-hook', 'cooldown']);

/** Asks the policy in force, by the one way that the gate asks it too. */
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

  /** What the rules say of a release by what is known of it. A cooldown speaks of `until` where the time is known. */
  release(known: KnownRelease): readonly RuleHit[] {
    return this.#hits(known, undefined).filter(({ rule }) => rule !== 'startup-hook');
  }

  /** What `startup-hook` says of one finding; undefined where the policy knows the hook as honest. */
  hook(known: KnownRelease, finding: Finding): RuleHit | undefined {
    return this.#hits(known, inspectionOf([finding], [])).find(
      ({ rule }) => rule === 'startup-hook',
    );
  }

  /** What `startup-hook` says of a release that brings these modules (`Inspection.modules`). */
  modules(known: KnownRelease, names: readonly string[], cut: boolean): RuleHit | undefined {
    const inspection = {
      ...inspectionOf([], []),
      modules: names,
      ...(cut && { modulesCut: true as const }),
    };
    return this.#hits(known, inspection).find(({ rule }) => rule === 'startup-hook');
  }

  /** The denial of one of the contents, where what is known of the release alone is not denied. */
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

/** Whether a hit refuses, or only says something. */
export function refuses(hit: RuleHit): boolean {
  return hit.action === 'block' && hit.dryRun !== true && hit.waiver === undefined;
}

/** `public`, so that rules for what anybody can publish speak. */
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
