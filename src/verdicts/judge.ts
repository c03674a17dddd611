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
import { nearName } from '../policy/names/resemblance.js';
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

/** A verdict, and whether it rests on the bytes or only on what the page says. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly inspection: Inspection | undefined;
  /** Of the project. */
  readonly attestations: KnownAttestations;
  /** Whether there are provenance documents that count and that nobody has looked at. */
  readonly unsettled: boolean;
}

/** The verdicts on the files of one project page, as things stood at one instant. */
export interface PageVerdicts {
  /** The judge's `basis` at that instant. */
  readonly basis: string;
  /** The instant, in milliseconds since 1970. */
  readonly now: number;
  of(subject: Subject): Verdict;
  /** What is known of the bytes that the page lists. */
  inspectionOf(subject: Subject): Inspection | undefined;
  /** What was seen of a file that was not inspected. */
  probeOf(subject: Subject): Probe | undefined;
}

/**
 * The one way to a verdict: what is known of a file, under the policy in force, now.
 * Pages, artifacts, sidecars and `explain` all ask here.
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

  /** Policy and feed by what they say: another text, and somebody may be accused who was not. */
  get revisions(): string {
    return `${this.#policies.current.revision} ${this.#sources.feed().revision}`;
  }

  /** What every verdict rests on beside the file itself: another text, and pages must be judged anew. */
  get basis(): string {
    const policy = this.#policies.current;
    const feed = this.#sources.feed();
    // Each warm page compares it, and one and the same text is compared at once.
    if (policy !== this.#basis.policy || feed !== this.#basis.feed) {
      // Where an old feed refuses, one that turns out to be unchanged ends that.
      const synced = policy.heedsFeedAge ? ` ${feed.syncedAt}` : '';
      const fixes = policy.heedsFixes ? ` ${feed.fixesRevision}` : '';
      this.#basis = { policy, feed, text: this.revisions + synced + fixes };
    }
    return this.#basis.text;
  }

  /** Judges one file, by all that is known of it. @throws {Failure} where nobody knows what is in force */
  async judge(subject: Subject): Promise<Judgement> {
    const recalled = await recall(subject, this.#sources);
    const { inspection, attestations } = recalled;
    const unsettled = this.unknownAttestations(subject, attestations).length > 0;
    const wheels = subject.wheels && (await this.#wheelsOf(subject.wheels, subject));
    if (this.#isDoubtful) await this.#confirmation.renewed();
    const verdict = this.evaluate(subject, recalled, wheels);
    return { verdict, inspection, attestations, unsettled };
  }

  /** Judges a file that was just inspected, or whose attestations were just looked at. */
  async judgeSeen(subject: Subject, recalled: Recalled): Promise<Verdict> {
    const wheels = subject.wheels && (await this.#wheelsOf(subject.wheels, subject));
    if (this.#isDoubtful) await this.#confirmation.renewed();
    return this.evaluate(subject, recalled, wheels);
  }

  /**
   * Everything that the verdicts on a project page rest on, as it is now: one look into each store. Its files can
   * then be judged one by one, over any time, and all of them by the same policy at the same instant. What probes have seen
   * counts here, and nowhere else.
   * @param any a file of the page
   */
  async ofPage(any: Subject): Promise<PageVerdicts> {
    const recallFile = await recallForPage(any, this.#sources);
    if (this.#isDoubtful) await this.#confirmation.renewed();
    const policy = this.#policies.current;
    const feed = this.#sources.feed();
    const now = this.#now();
    // A page may have thousands of sdists of one release: its wheels are asked once.
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

  /** What is known of who attests a project's files, whatever the policy makes of that. */
  attestationsOf(project: ProjectName): Promise<KnownAttestations> {
    return this.#sources.attestations.known(project);
  }

  /** The known name that a project's name can be taken for, however old the project is. */
  resembles(project: ProjectName): NearName | undefined {
    return nearName(project, false, this.#sources.names());
  }

  /** What the malware feed says of a file, whatever the policy makes of that. */
  malware({ project, version }: Subject): FeedHit | undefined {
    return this.#sources.feed().find(project, version);
  }

  /**
   * Judges a file by what is at hand.
   * @param wheels of an sdist's release; without them it is judged by its own bytes
   */
  evaluate(
    subject: Subject,
    recalled: Partial<Recalled>,
    wheels?: Iterable<ReleaseWheel>,
  ): Verdict {
    const policy = this.#policies.current;
    const now = this.#now();
    const { feed, names } = this.#sources;
    const known = { ...NOTHING_KNOWN, ...recalled, feed: feed(), names: names() };
    return policy.evaluate({ subject, now, known }, wheels && policy.ofRelease(wheels, now));
  }

  /** What is said against a release by its name alone, whatever is in its files. */
  accuse(subject: Subject): Verdict {
    const known = { ...NOTHING_KNOWN, feed: this.#sources.feed() };
    return this.#policies.current.accuse({ subject, now: this.#now(), known });
  }

  /** The provenance documents to look at before a file can be judged in full. */
  unknownAttestations(subject: Subject, attestations: KnownAttestations): readonly Offer[] {
    const known = { ...NOTHING_KNOWN, attestations };
    return this.#policies.current.unknownAttestations({ subject, now: this.#now(), known });
  }

  /** Whether what is in force may be another than what is held here. */
  get #isDoubtful(): boolean {
    return performance.now() >= this.#confirmation.until;
  }

  async #wheelsOf(wheels: Iterable<Subject>, sdist: Subject): Promise<Iterable<ReleaseWheel>> {
    const recallFile = await recallProject(sdist, this.#sources);
    return withKnowledge(wheels, recallFile, () => this.#sources.feed());
  }
}

/** @param feed asked once they are judged, for it may be another by then */
function* withKnowledge(
  wheels: Iterable<Subject>,
  recallFile: RecallFile,
  feed: () => MalwareFeed,
): Iterable<ReleaseWheel> {
  const current = feed();
  for (const subject of wheels) yield { subject, known: recallFile(subject, current) };
}
