import type { DecisionRecord } from '../decisions/record.js';
import { parseSha256 } from '../domain/digest.js';
import type { Knowledge } from '../domain/knowledge.js';
import { releaseKey } from '../domain/release-key.js';
import type { Subject } from '../domain/subject.js';
import type { Verdict } from '../domain/verdict.js';
import type { Policy } from '../policy/policy.js';
import type { ReleaseWheel } from '../policy/release.js';

/** Looks up the known facts about an artifact. */
export type Recall = (subject: Subject) => Promise<Knowledge>;

/** An artifact of a decision log, as another policy judges it. */
export interface JudgedArtifact {
  readonly subject: Subject;
  readonly known: Knowledge;
  /** For an sdist: the wheels of its release in the log up to then. */
  readonly wheels: readonly ReleaseWheel[] | undefined;
  readonly verdict: Verdict;
  /** Milliseconds since 1970: when the verdict was made. */
  readonly judgedAt: number;
}

/**
 * The artifacts of a decision log under another policy, each as of the time of its request. One judgement is reused
 * until time or another wheel of the release could change it: a log of millions contains few distinct artifacts.
 */
export class JudgedArtifacts {
  readonly #policy: Policy;
  readonly #recall: Recall;
  readonly #artifacts = new Map<string, JudgedArtifact>();
  readonly #wheels = new Map<string, readonly ReleaseWheel[]>();

  constructor(policy: Policy, recall: Recall) {
    this.#policy = policy;
    this.#recall = recall;
  }

  all(): readonly JudgedArtifact[] {
    return [...this.#artifacts.values()];
  }

  /** @param subject of the record, @param time the record's, in milliseconds since 1970 */
  async judge(record: DecisionRecord, subject: Subject, time: number): Promise<JudgedArtifact> {
    if (record.wheel !== undefined) await this.#learnOf(record.wheel, subject);
    const key = keyOf(record, subject);
    const before = this.#artifacts.get(key);
    const known = before === undefined ? await this.#recall(subject) : before.known;
    if (before === undefined && subject.kind === 'wheel') this.#add({ subject, known });
    const wheels = subject.kind === 'sdist' ? this.#wheels.get(releaseOf(subject)) : undefined;
    if (before !== undefined && before.wheels === wheels && isCurrent(before, time)) return before;
    const release = wheels && this.#policy.ofRelease(wheels, time);
    const verdict = this.#policy.evaluate({ subject, now: time, known }, release);
    const artifact = { subject, known, wheels, verdict, judgedAt: time };
    this.#artifacts.set(key, artifact);
    return artifact;
  }

  /** A wheel that refused an sdist need not have been asked for itself. */
  async #learnOf(wheel: NonNullable<DecisionRecord['wheel']>, sdist: Subject): Promise<void> {
    const { filename } = wheel;
    const sha256 = parseSha256(wheel.sha256);
    const known = this.#wheels.get(releaseOf(sdist));
    if (known?.some(({ subject }) => subject.filename === filename && subject.sha256 === sha256))
      return;
    const subject: Subject = { ...sdist, kind: 'wheel', filename, sha256, integrity: undefined };
    this.#add({ subject, known: await this.#recall(subject) });
  }

  /** Replaces the previous file of the same name. */
  #add(wheel: ReleaseWheel): void {
    const key = releaseOf(wheel.subject);
    const { filename } = wheel.subject;
    const others = this.#wheels.get(key)?.filter(({ subject }) => subject.filename !== filename);
    this.#wheels.set(key, [...(others ?? []), wheel]);
  }
}

function isCurrent({ judgedAt, verdict }: JudgedArtifact, time: number): boolean {
  return time >= judgedAt && time < verdict.validUntil;
}

/**
 * One artifact with one set of page facts: the same bytes with other page facts are judged separately. The releases
 * below it are recorded only for young files, and are equal for all of them.
 */
function keyOf({ page }: DecisionRecord, subject: Subject): string {
  const { project, filename, sha256, integrity } = subject;
  const doubt = typeof integrity === 'object' && integrity.doubt;
  const facts = JSON.stringify({ ...page, below: undefined });
  return [project, filename, sha256, doubt, facts].join('|');
}

function releaseOf({ project, version }: Subject): string {
  return `${project} ${releaseKey(version)}`;
}
