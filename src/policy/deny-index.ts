import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { Denial } from './schema.js';

/** A denial that applies, and by what. */
export interface DenialMatch {
  readonly denial: Denial;
  readonly by: 'release' | 'unreadable-version' | 'artifact' | 'member';
}

/**
 * The denials, arranged so that a look-up does not grow with their number: by exact project name, by digest,
 * and only the globs one after the other.
 */
export class DenyIndex {
  readonly #byProject = new Map<ProjectName, Denial[]>();
  readonly #globs: Denial[] = [];
  readonly #bySha256 = new Map<Sha256, Denial>();
  /** Denied digests by their first eight bytes, as findings keep the members' ones. */
  readonly #byPrefix = new Map<bigint, Denial>();
  /** Members are compared once for an inspection, however often it is asked about. */
  readonly #members = new WeakMap<Inspection, { denial: Denial | undefined }>();

  constructor(denials: readonly Denial[]) {
    for (const denial of denials) {
      if (denial.sha256 !== undefined && denial.project === undefined) this.#addDigest(denial);
      else if (denial.project?.exact === undefined) this.#globs.push(denial);
      else {
        const others = this.#byProject.get(denial.project.exact) ?? [];
        this.#byProject.set(denial.project.exact, [...others, denial]);
      }
    }
  }

  match(subject: Subject, inspection: Inspection | undefined): DenialMatch | undefined {
    const own = this.#byProject.get(subject.project) ?? [];
    for (const denial of [...own, ...this.#globs]) {
      if (denial.project?.matches(subject.project) !== true) continue;
      const by = matchRelease(denial, subject, inspection);
      if (by !== undefined) return { denial, by };
    }
    const artifact = subject.sha256 && this.#bySha256.get(subject.sha256);
    if (artifact !== undefined) return { denial: artifact, by: 'artifact' };
    const member = inspection && this.#matchMembers(inspection);
    return member && { denial: member, by: 'member' };
  }

  #addDigest(denial: Denial): void {
    this.#bySha256.set(denial.sha256!, denial);
    this.#byPrefix.set(prefixOf(denial.sha256!), denial);
  }

  #matchMembers(inspection: Inspection): Denial | undefined {
    const known = this.#members.get(inspection);
    if (known !== undefined) return known.denial;
    let denial: Denial | undefined;
    for (const prefix of memberPrefixes(inspection)) denial ??= this.#byPrefix.get(prefix);
    this.#members.set(inspection, { denial });
    return denial;
  }
}

/** A denial of some versions holds for a file whose version cannot be read: doubt refuses. */
function matchRelease(
  denial: Denial,
  subject: Subject,
  inspection: Inspection | undefined,
): DenialMatch['by'] | undefined {
  if (denial.versions !== undefined) {
    if (subject.version === undefined) return 'unreadable-version';
    if (!denial.versions.matches(subject.version)) return undefined;
  }
  if (denial.sha256 === undefined) return 'release';
  if (denial.sha256 === subject.sha256) return 'artifact';
  const prefix = prefixOf(denial.sha256);
  return inspection && [...memberPrefixes(inspection)].includes(prefix) ? 'member' : undefined;
}

function prefixOf(sha256: Sha256): bigint {
  return BigInt(`0x${sha256.slice(0, 16)}`);
}

function* memberPrefixes(inspection: Inspection): Generator<bigint> {
  const bytes = Buffer.from(inspection.memberDigests, 'base64');
  for (let at = 0; at + 8 <= bytes.length; at += 8) yield bytes.readBigUInt64BE(at);
}
