import type { KnownAttestations, Offer } from '../domain/attestation.js';
import { type Confirmation, IN_FORCE } from '../domain/confirmation.js';
import type { Inspection } from '../domain/finding.js';
import { NOTHING_KNOWN } from '../domain/knowledge.js';
import type { NearName } from '../domain/known-names.js';
import type { FeedHit, MalwareFeed } from '../domain/malware-feed.js';
import { isProbe, type Probe } from '../domain/probe.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { Verdict } from '../domain/verdict.js';
import { type Naming, nearName } from '../policy/names/resemblance.js';
import type { Policy, PolicySource } from '../policy/policy.js';
import type { ReleaseOpinion, ReleaseWheel } from '../policy/release.js';
import {
  type KnowledgeSources,
  type Recalled,
  type RecallFile,
  recall,
  recallForPage,
  recallProject,
} from './knowledge.js';

/** A verdict, and whether it is based on the inspection or only on page facts. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly inspection: Inspection | undefined;
  /** Of the project. */
  readonly attestations: KnownAttestations;
  /** Whether relevant provenance documents have not been verified yet. */
  readonly unsettled: boolean;
}

/** The verdicts on the files of one project page, as of one instant. */
export interface PageVerdicts {
  /** The judge's `basis` at that instant. */
  readonly basis: string;
  /** The instant, in milliseconds since 1970. */
  readonly now: number;
  of(subject: Subject): Verdict;
  /** The inspection of a file on the page. */
  inspectionOf(subject: Subject): Inspection | undefined;
  /** The probe of a file that is not inspected. */
  probeOf(subject: Subject): Probe | undefined;
}

/**
 * The only source of verdicts: the known facts about a file, under the current policy. Pages, artifacts, sidecars and
 * `explain` all use it.
 */
export class Judge {
  readonly #policies: Pick<PolicySource, 'current'>;
  readonly #sources: KnowledgeSources;
  readonly #now: () => number;
  readonly #confirmation: Confirmation;
  #basis: { policy?: Policy; feed?: MalwareFeed; text: string } = { text: '' };

  constructor(
    policies: Pick<PolicySource, 'current'>,
    sources: KnowledgeSources,
    now: () => number,
    confirmation: Confirmation = IN_FORCE,
  ) {
    this.#policies = policies;
    this.#sources = sources;
    this.#now = now;
    this.#confirmation = confirmation;
  }

  get revision(): string {
    return this.#policies.current.revision;
  }

  /** How far ahead a waiver may expire, in milliseconds. */
  get waiverMax(): number {
    return this.#policies.current.waiverMax;
  }

  /** The content of policy and feed. If it changes, earlier downloads may have become denied. */
  get revisions(): string {
    return `${this.#policies.current.revision} ${this.#sources.feed().revision}`;
  }

  /** The inputs that all verdicts share. If it changes, pages must be judged again. */
  get basis(): string {
    const policy = this.#policies.current;
    const feed = this.#sources.feed();
    // Each warm page compares it, and one and the same text is compared at once.
    if (policy !== this.#basis.policy || feed !== this.#basis.feed) {
      // If a stale feed refuses files, a sync without changes ends the refusal.
      const synced = policy.heedsFeedAge ? ` ${feed.syncedAt}` : '';
      const fixes = policy.heedsFixes ? ` ${feed.fixesRevision}` : '';
      this.#basis = { policy, feed, text: this.revisions + synced + fixes };
    }
    return this.#basis.text;
  }

  /** Judges one file, by all known facts. @throws {Failure} if the policy in force is unknown */
  async judge(subject: Subject): Promise<Judgement> {
    const recalled = await recall(subject, this.#sources);
    const { inspection, attestations } = recalled;
    const unsettled = this.unknownAttestations(subject, attestations).length > 0;
    const wheels = subject.wheels && (await this.#wheelsOf(subject.wheels, subject));
    await this.#partnersRead(inspection);
    if (this.#isDoubtful) await this.#confirmation.renewed();
    const verdict = this.evaluate(subject, recalled, wheels);
    return { verdict, inspection, attestations, unsettled };
  }

  /** Judges a file immediately after its inspection or the verification of its attestations. */
  async judgeSeen(subject: Subject, recalled: Recalled): Promise<Verdict> {
    const wheels = subject.wheels && (await this.#wheelsOf(subject.wheels, subject));
    await this.#partnersRead(recalled.inspection);
    if (this.#isDoubtful) await this.#confirmation.renewed();
    return this.evaluate(subject, recalled, wheels);
  }

  /**
   * All facts behind the verdicts on a project page, with one read per store. Its files can then be judged one by one,
   * over any time, under one policy at one instant. Probe results are used only here.
   * @param any a file of the page
   */
  async ofPage(any: Subject): Promise<PageVerdicts> {
    const recallFile = await recallForPage(any, this.#sources);
    if (this.#isDoubtful) await this.#confirmation.renewed();
    const policy = this.#policies.current;
    const feed = this.#sources.feed();
    const now = this.#now();
    // A page may have thousands of sdists of one release: its wheels are judged once.
    const releases = new Map<Iterable<Subject>, ReleaseOpinion>();
    const opinionOn = (wheels: Iterable<Subject>) => {
      let release = releases.get(wheels);
      if (release === undefined) {
        release = policy.ofRelease(
          withKnowledge(wheels, recallFile, () => feed),
          now,
        );
        releases.set(wheels, release);
      }
      return release;
    };
    return {
      basis: this.basis,
      now,
      inspectionOf: (subject) => {
        const { inspection } = recallFile(subject, feed);
        return isProbe(inspection) ? undefined : inspection;
      },
      probeOf: (subject) => {
        const { inspection } = recallFile(subject, feed);
        return isProbe(inspection) ? inspection : undefined;
      },
      of: (subject) => {
        const about = { subject, now, known: recallFile(subject, feed) };
        return policy.evaluate(about, subject.wheels && opinionOn(subject.wheels));
      },
    };
  }

  /** The known attestations of a project's files, regardless of the policy. */
  attestationsOf(project: ProjectName): Promise<KnownAttestations> {
    return this.#sources.attestations.known(project);
  }

  /** The known name that a project's name resembles, as the verdict of a project has it, and of an old one as well. */
  resembles(naming: Naming): NearName | undefined {
    return nearName(naming, this.#sources.names());
  }

  /** The malware feed's entry for a file, regardless of the policy. */
  malware({ project, version }: Subject): FeedHit | undefined {
    return this.#sources.feed().find(project, version);
  }

  /**
   * Judges a file by the facts in memory.
   * @param wheels of an sdist's release; without them it is judged by its own bytes
   */
  evaluate(
    subject: Subject,
    recalled: Partial<Recalled>,
    wheels?: Iterable<ReleaseWheel>,
  ): Verdict {
    const policy = this.#policies.current;
    const now = this.#now();
    const { feed, names, startPlaces } = this.#sources;
    const known = { ...NOTHING_KNOWN, ...recalled, feed: feed(), names: names(), startPlaces };
    return policy.evaluate({ subject, now, known }, wheels && policy.ofRelease(wheels, now));
  }

  /** The verdict on a release by its name alone, regardless of its files. */
  accuse(subject: Subject): Verdict {
    const known = { ...NOTHING_KNOWN, feed: this.#sources.feed() };
    return this.#policies.current.accuse({ subject, now: this.#now(), known });
  }

  /** The provenance documents that a complete verdict on a file still requires. */
  unknownAttestations(subject: Subject, attestations: KnownAttestations): readonly Offer[] {
    const known = { ...NOTHING_KNOWN, attestations };
    return this.#policies.current.unknownAttestations({ subject, now: this.#now(), known });
  }

  /** Whether the policy in force may differ from the local copy. */
  get #isDoubtful(): boolean {
    return performance.now() >= this.#confirmation.until;
  }

  /** Few artifacts have start places, so few wait after a start. */
  async #partnersRead(inspection: Inspection | undefined): Promise<void> {
    if (inspection?.startPlaces !== undefined) await this.#sources.startPlaces.ready();
  }

  async #wheelsOf(wheels: Iterable<Subject>, sdist: Subject): Promise<Iterable<ReleaseWheel>> {
    const recallFile = await recallProject(sdist, this.#sources);
    return withKnowledge(wheels, recallFile, () => this.#sources.feed());
  }
}

/** @param feed read when they are judged, because it may change before */
function* withKnowledge(
  wheels: Iterable<Subject>,
  recallFile: RecallFile,
  feed: () => MalwareFeed,
): Iterable<ReleaseWheel> {
  const current = feed();
  for (const subject of wheels) yield { subject, known: recallFile(subject, current) };
}
