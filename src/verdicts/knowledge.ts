import { type KnownAttestations, NONE_KNOWN } from '../domain/attestation.js';
import type { Knowledge } from '../domain/knowledge.js';
import type { KnownNames } from '../domain/known-names.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import type { KnownStartPlaces } from '../domain/start-partners.js';
import type { Subject } from '../domain/subject.js';
import type { FindingsStore } from '../store/findings-store.js';

/** The known attestations of a project's files. */
export interface AttestationSource {
  known(project: ProjectName): Promise<KnownAttestations>;
}

/** The sources of facts about files. */
export interface KnowledgeSources {
  readonly findings: FindingsStore;
  readonly attestations: AttestationSource;
  /** Probe results, only for project pages. */
  readonly probes?: Pick<FindingsStore, 'known'> | undefined;
  /** As it is now. */
  readonly feed: () => MalwareFeed;
  /** The names currently in use here. */
  readonly names: () => KnownNames;
  /** Of the artifacts inspected here. */
  readonly startPlaces: KnownStartPlaces;
}

/** The facts that require a read. The others are always in memory. */
export type Recalled = Omit<Knowledge, 'feed' | 'names' | 'startPlaces'>;

/** For one file of a project that was recalled. @param feed current when the file is judged */
export type RecallFile = (subject: Subject, feed: MalwareFeed) => Knowledge;

const NOT_SEEN = Promise.resolve(undefined);
const NOT_ATTESTED = Promise.resolve(NONE_KNOWN);

/** The known facts about one file. */
export async function recall(subject: Subject, sources: KnowledgeSources): Promise<Recalled> {
  const { project, sha256, filename } = subject;
  const inspection = await (sha256 === undefined
    ? NOT_SEEN
    : sources.findings.get(project, sha256, filename));
  const attestations = await attestationsOf(subject, sources);
  return { inspection, attestations };
}

/**
 * The known facts about all files of a project, with one read per store.
 * @param any a file of its page
 */
export async function recallProject(any: Subject, sources: KnowledgeSources): Promise<RecallFile> {
  const findings = await sources.findings.known(any.project);
  const attestations = await attestationsOf(any, sources);
  return ({ sha256, filename }, feed) => {
    const inspection = sha256 && findings.get(sha256, filename);
    const { startPlaces } = sources;
    return { inspection, feed, attestations, names: sources.names(), startPlaces };
  };
}

/** The same for the project's page: files that are not inspected have their probe results. */
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

/** If the project's page offers no document, the lookup is skipped, because it cannot find anything. */
function attestationsOf(
  { project, provenance }: Subject,
  { attestations }: KnowledgeSources,
): Promise<KnownAttestations> {
  const offered = provenance?.offer !== undefined || (provenance?.releases.length ?? 0) > 0;
  return offered ? attestations.known(project) : NOT_ATTESTED;
}
