import type { RecordedReleases } from './dated-releases.js';
import type { Sha256 } from './digest.js';
import { isoTime, readIsoTime } from './instant.js';
import { type Namespace, readNamespaces } from './namespaces.js';
import type { ProjectStatus } from './project-page.js';

/**
 * The facts of a project page about a file, apart from its name, digests and attestations. A new fact must be added to
 * each part of this file, and to the parser of the page (`project-pages/listing.ts`): it is then passed to rules,
 * records and replays. Older records lack it: if its absence is doubt, a replay of these refuses.
 */
export interface PageFacts {
  /** Whether the upstream is a public index, where anyone can publish. */
  readonly publicUpstream: boolean;
  /** Milliseconds since 1970. */
  readonly uploadTime: number | undefined;
  /** PEP 592: `false`, `true`, or the reason. */
  readonly yanked: boolean | string;
  readonly status: ProjectStatus | undefined;
  /** SHA-256 of the wheel's METADATA, as declared on the page for the metadata sidecar (PEP 714). */
  readonly declaredMetadata: Sha256 | undefined;
  /** Whether the page lists a wheel of the same release. */
  readonly hasWheel: boolean;
  /**
   * Milliseconds since 1970: the first upload of the project, and the first known time of the release
   * (`project-pages/beginnings.ts`). Absent if nothing is known.
   */
  readonly projectBegan: number | undefined;
  readonly releaseBegan: number | undefined;
  /** Milliseconds since 1970: an earlier first upload of the release, if one file alone states it and others do not. */
  readonly releaseSaid: number | undefined;
  /**
   * Milliseconds since 1970: when the page was first seen to list the file, if its upload time is missing or contradicts
   * what the page listed before.
   */
  readonly firstSeen: number | undefined;
  /** PEP 752: the namespaces that match the project's name. */
  readonly namespaces: readonly Namespace[];
}

/** Of a file for which no index was asked. */
export const NO_PAGE: PageFacts = {
  publicUpstream: false,
  uploadTime: undefined,
  yanked: false,
  status: undefined,
  declaredMetadata: undefined,
  hasWheel: false,
  projectBegan: undefined,
  releaseBegan: undefined,
  releaseSaid: undefined,
  firstSeen: undefined,
  namespaces: [],
};

/** The first upload of a project that is older than this is not recorded, in milliseconds. */
const YOUNG = 90 * 86_400_000;
/** The files of one release are usually uploaded within minutes: if one is later, the first is also recorded. */
const TOGETHER = 3_600_000;

/** Page facts in a decision record, for an evaluation under another policy. Values that equal `NO_PAGE` are omitted. */
export interface RecordedFacts {
  /** ISO 8601. */
  readonly uploaded?: string | undefined;
  readonly yanked?: true | undefined;
  /** PEP 792. */
  readonly status?: string | undefined;
  /** Whether the page listed a wheel of the same release. */
  readonly hasWheel?: true | undefined;
  /** Whether the page came from the public index. */
  readonly public?: true | undefined;
  /** ISO 8601: first upload of the project, if it is within the previous 90 days. */
  readonly projectBegan?: string | undefined;
  /** ISO 8601: first upload of the release, if the file was uploaded more than an hour later. */
  readonly releaseBegan?: string | undefined;
  /** ISO 8601: an earlier first upload of the release that one file alone states. */
  readonly releaseSaid?: string | undefined;
  /** ISO 8601: when the page first listed the file, if its upload time is missing or false. */
  readonly firstSeen?: string | undefined;
  /** PEP 752. */
  readonly namespaces?: readonly Namespace[] | undefined;
  /** Recent files: their release and the next ones below it (`domain/dated-releases.ts`). */
  readonly below?: RecordedReleases | undefined;
}

/**
 * How the index declared the sidecar is left out: no decision on an artifact needs it a second time.
 * @param now milliseconds since 1970
 */
export function writeFacts(facts: PageFacts, now: number): RecordedFacts {
  const { uploadTime, yanked, status, hasWheel, publicUpstream } = facts;
  const { projectBegan, releaseBegan, releaseSaid, firstSeen, namespaces } = facts;
  const isYoung = projectBegan !== undefined && now - projectBegan < YOUNG;
  const joined = firstSeen ?? uploadTime;
  const isFirst =
    joined !== undefined && releaseBegan !== undefined && joined - releaseBegan <= TOGETHER;
  return {
    uploaded: isoTime(uploadTime),
    yanked: yanked === false ? undefined : true,
    status: status?.status,
    hasWheel: hasWheel || undefined,
    public: publicUpstream || undefined,
    projectBegan: isYoung ? isoTime(projectBegan) : undefined,
    releaseBegan: isFirst ? undefined : isoTime(releaseBegan),
    releaseSaid: isoTime(releaseSaid),
    firstSeen: isoTime(firstSeen),
    namespaces: namespaces.length > 0 ? namespaces : undefined,
  };
}

export function readFacts(recorded: RecordedFacts): PageFacts {
  const { uploaded, yanked, status, hasWheel, public: publicUpstream } = recorded;
  return {
    ...NO_PAGE,
    publicUpstream: publicUpstream ?? false,
    uploadTime: readIsoTime(uploaded),
    yanked: yanked ?? false,
    status: status === undefined ? undefined : { status },
    hasWheel: hasWheel ?? false,
    projectBegan: readIsoTime(recorded.projectBegan),
    releaseBegan: readIsoTime(recorded.releaseBegan),
    releaseSaid: readIsoTime(recorded.releaseSaid),
    firstSeen: readIsoTime(recorded.firstSeen),
    namespaces: readNamespaces(recorded.namespaces),
  };
}
