import { type KnownAttestations, NONE_KNOWN, type Offer } from '../domain/attestation.js';
import type { Inspection } from '../domain/finding.js';
import type { FeedHit, MalwareFeed } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { Verdict } from '../domain/verdict.js';
import type { Policy, PolicySource } from '../policy/policy.js';
import type { ReleaseOpinion, ReleaseWheel } from '../policy/release.js';
import type { FindingsStore, ProjectFindings } from '../store/findings-store.js';

/** A verdict, and whether it rests on the bytes or only on what the page says. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly inspection: Inspection | undefined;
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
}

/** What is known of who attests a project's files. */
export interface AttestationSource {
  known(project: ProjectName): Promise<KnownAttestations>;
}

const NOTHING_SEEN = Promise.resolve(undefined);

/**
 * The one way to a verdict: the findings known of a file, under the policy in force, now.
 * Pages, artifacts, sidecars and `explain` all ask here.
 */
export class Judge {
  readonly #policies: PolicySource;
  readonly #findings: FindingsStore;
  readonly #attestations: AttestationSource;
  readonly #now: () => number;
  readonly #feed: () => MalwareFeed;
  #basis: { policy?: Policy; feed?: MalwareFeed; text: string } = { text: '' };

  constructor(
    policies: PolicySource,
    findings: FindingsStore,
    attestations: AttestationSource,
    now: () => number,
    feed: () => MalwareFeed,
  ) {
    this.#policies = policies;
    this.#findings = findings;
    this.#attestations = attestations;
    this.#now = now;
    this.#feed = feed;
  }

  get revision(): string {
    return this.#policies.current.revision;
  }

  /** Policy and feed by what they say: another text, and somebody may be accused who was not. */
  get revisions(): string {
    return `${this.#policies.current.revision} ${this.#feed().revision}`;
  }

  /** What every verdict rests on beside the file itself: another text, and pages must be judged anew. */
  get basis(): string {
    const policy = this.#policies.current;
    const feed = this.#feed();
    // Each warm page compares it, and one and the same text is compared at once.
    if (policy !== this.#basis.policy || feed !== this.#basis.feed) {
      // Where an old feed refuses, one that turns out to be unchanged ends that.
      const synced = policy.heedsFeedAge ? ` ${feed.syncedAt}` : '';
      this.#basis = { policy, feed, text: this.revisions + synced };
    }
    return this.#basis.text;
  }

  /** Judges one file, with its findings where they are known. */
  async judge(subject: Subject): Promise<Judgement> {
    const inspection = await this.#inspectionOf(subject);
    const known = await this.#attestationsOf(subject);
    const unsettled = this.unknownAttestations(subject, known).length > 0;
    const wheels = subject.wheels && (await this.#wheelsOf(subject.wheels, subject));
    const verdict = this.evaluate(subject, inspection, known, wheels);
    return { verdict, inspection, unsettled };
  }

  /** Judges a file that was just inspected, or whose attestations were just looked at. */
  async judgeSeen(
    subject: Subject,
    inspection: Inspection | undefined,
    attestations: KnownAttestations,
  ): Promise<Verdict> {
    const wheels = subject.wheels && (await this.#wheelsOf(subject.wheels, subject));
    return this.evaluate(subject, inspection, attestations, wheels);
  }

  /**
   * Everything that the verdicts on a project page rest on, as it is now: one look into the findings store. Its
   * files can then be judged one by one, over any time, and all of them by the same policy at the same instant.
   * @param any a file of the page
   */
  async ofPage(any: Subject): Promise<PageVerdicts> {
    const findings = await this.#findings.known(any.project);
    const attestations = await this.#attestationsOf(any);
    const policy = this.#policies.current;
    const knowledge = { feed: this.#feed(), attestations };
    const now = this.#now();
    // A page may have thousands of sdists of one release: its wheels are asked once.
    const releases = new Map<Iterable<Subject>, ReleaseOpinion>();
    const opinionOn = (wheels: Iterable<Subject>) => {
      let release = releases.get(wheels);
      if (release === undefined) {
        release = policy.ofRelease(withFindings(wheels, findings), now);
        releases.set(wheels, release);
      }
      return release;
    };
    return {
      basis: this.basis,
      now,
      inspectionOf: (subject) => inspectionOf(subject, findings),
      of: (subject) => {
        const release = subject.wheels && opinionOn(subject.wheels);
        const known = release === undefined ? knowledge : { ...knowledge, release };
        return policy.evaluate(subject, inspectionOf(subject, findings), now, known);
      },
    };
  }

  /** What the malware feed says of a file, whatever the policy makes of that. */
  malware({ project, version }: Subject): FeedHit | undefined {
    return this.#feed().find(project, version);
  }

  /**
   * Judges a file by what is at hand.
   * @param wheels of an sdist's release; without them it is judged by its own bytes
   */
  evaluate(
    subject: Subject,
    inspection: Inspection | undefined,
    attestations: KnownAttestations = NONE_KNOWN,
    wheels?: Iterable<ReleaseWheel>,
  ): Verdict {
    const policy = this.#policies.current;
    const now = this.#now();
    const release = wheels && policy.ofRelease(wheels, now);
    const knowledge = { feed: this.#feed(), attestations, ...(release && { release }) };
    return policy.evaluate(subject, inspection, now, knowledge);
  }

  /** The provenance documents to look at before a file can be judged in full. */
  unknownAttestations(subject: Subject, known: KnownAttestations): readonly Offer[] {
    return this.#policies.current.unknownAttestations(subject, known, this.#now());
  }

  #inspectionOf({ project, sha256, filename }: Subject): Promise<Inspection | undefined> {
    return sha256 === undefined ? NOTHING_SEEN : this.#findings.get(project, sha256, filename);
  }

  async #wheelsOf(
    wheels: Iterable<Subject>,
    { project }: Subject,
  ): Promise<Iterable<ReleaseWheel>> {
    return withFindings(wheels, await this.#findings.known(project));
  }

  /** Nobody is asked where the project's page offers no document: nothing can be known then. */
  async #attestationsOf({ project, provenance }: Subject): Promise<KnownAttestations> {
    const offered = provenance?.offer !== undefined || (provenance?.releases.length ?? 0) > 0;
    return offered ? this.#attestations.known(project) : NONE_KNOWN;
  }
}

function inspectionOf(
  { sha256, filename }: Subject,
  known: ProjectFindings,
): Inspection | undefined {
  return sha256 && known.get(sha256, filename);
}

function* withFindings(wheels: Iterable<Subject>, known: ProjectFindings): Iterable<ReleaseWheel> {
  for (const subject of wheels) yield { subject, inspection: inspectionOf(subject, known) };
}
