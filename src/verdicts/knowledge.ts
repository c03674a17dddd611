import { type KnownAttestations, NONE_KNOWN } from '../domain/attestation.js';
import type { Knowledge } from '../domain/knowledge.js';
import type { KnownNames } from '../domain/known-names.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { FindingsStore } from '../store/findings-store.js';

/** What is known of who attests a project's files. */
export interface AttestationSource {
  known(project: ProjectName): Promise<KnownAttestations>;
}

/** Where what is known of files comes from. */
export interface KnowledgeSources {
  readonly findings: FindingsStore;
  readonly attestations: AttestationSource;
  /** What probes have seen, for project pages alone. */
  readonly probes?: Pick<FindingsStore, 'known'> | undefined;
  /** As it is now. */
  readonly feed: () => MalwareFeed;
  /** Those in use here, as they are now. */
  readonly names: () => KnownNames;
}

/** What must be asked for; the rest is at hand in every moment. */
export type Recalled = Omit<Knowledge, 'feed' | 'names'>;

/** Of one file of a project that was recalled. @param feed as it is when the file is judged */
export type RecallFile = (subject: Subject, feed: MalwareFeed) => Knowledge;

const NOT_SEEN = Promise.resolve(undefined);
const NOT_ATTESTED = Promise.resolve(NONE_KNOWN);

/** What is known of one file. */
export async function recall(subject: Subject, sources: KnowledgeSources): Promise<Recalled> {
  const { project, sha256, filename } = subject;
  const inspection = await (sha256 === undefined
    ? NOT_SEEN
    : sources.findings.get(project, sha256, filename));
  const attestations = await attestationsOf(subject, sources);
  return { inspection, attestations };
}

/**
 * What is known of all files of a project: one look into each store.
 * @param any a file of its page
 */
export async function recallProject(any: Subject, sources: KnowledgeSources): Promise<RecallFile> {
  const findings = await sources.findings.known(any.project);
  const attestations = await attestationsOf(any, sources);
  return ({ sha256, filename }, feed) => {
    const inspection = sha256 && findings.get(sha256, filename);
    return { inspection, feed, attestations, names: sources.names() };
  };
}

/** The same for the project's page: of files that were not inspected, what probes have seen of them. */
export async function recallForPage(any: Subject, sources: KnowledgeSources): Promise<RecallFile> {
  const recallFile = await recallProject(any, sources);
  const probes = await sources.probes?.known(any.project);
  if (probes === undefined) return recallFile;
  return (subject, feed) => {
    const known = recallFile(subject, feed);
    if (known.inspection !== undefined || subject.sha256 === undefined) return known;
    const inspection = probes.get(subject.sha256, subject.filename);
    return inspection === undefined ? known : { ...known, inspection };
  };
}

/** Nobody is asked where the project's page offers no document: nothing can be known then. */
function attestationsOf(
  { project, provenance }: Subject,
  { attestations }: KnowledgeSources,
): Promise<KnownAttestations> {
  const offered = provenance?.offer !== undefined || (provenance?.releases.length ?? 0) > 0;
  return offered ? attestations.known(project) : NOT_ATTESTED;
}
