import type { RecordedReleases } from './dated-releases.js';
import type { Sha256 } from './digest.js';
import type { ProjectStatus } from './project-page.js';

/**
 * What a project page says of a file beside its name, its digests and who attests it. A new fact stands in
 * each part of this file, and where the page is read (`project-pages/listing.ts`): it is carried whole from there to
 * rules, records and replays. Records of before have nothing of it: where its absence is doubt, a replay of these refuses.
 */
export interface PageFacts {
  /** Whether the upstream is the public one, where anybody can publish. */
  readonly publicUpstream: boolean;
  /** Milliseconds since 1970. */
  readonly uploadTime: number | undefined;
  /** PEP 592: false, or true, or the reason. */
  readonly yanked: boolean | string;
  readonly status: ProjectStatus | undefined;
  /** The digest of the wheel's METADATA, as the page declares it for the sidecar (PEP 714). */
  readonly declaredMetadata: Sha256 | undefined;
  /** Whether the page lists a wheel of the same release. */
  readonly hasWheel: boolean;
}

/** Of a file for which no index was asked. */
export const NO_PAGE: PageFacts = {
  publicUpstream: false,
  uploadTime: undefined,
  yanked: false,
  status: undefined,
  declaredMetadata: undefined,
  hasWheel: false,
};

/**
 * Page facts as a decision record keeps them, for who replays the decision under another policy: what is as in
 * `NO_PAGE` is left out.
 */
export interface RecordedFacts {
  /** ISO 8601. */
  readonly uploaded?: string | undefined;
  readonly yanked?: true | undefined;
  /** PEP 792. */
  readonly status?: string | undefined;
  /** Whether the page listed a wheel of the same release. */
  readonly hasWheel?: true | undefined;
  /** Whether it was the public index's. */
  readonly public?: true | undefined;
  /** Of a young file: its release and the next ones below it (`domain/dated-releases.ts`). */
  readonly below?: RecordedReleases | undefined;
}

/** How the index declared the sidecar is left out: no decision on an artifact needs it a second time. */
export function writeFacts(facts: PageFacts): RecordedFacts {
  const { uploadTime, yanked, status, hasWheel, publicUpstream } = facts;
  return {
    uploaded: uploadTime === undefined ? undefined : new Date(uploadTime).toISOString(),
    yanked: yanked === false ? undefined : true,
    status: status?.status,
    hasWheel: hasWheel || undefined,
    public: publicUpstream || undefined,
  };
}

export function readFacts(recorded: RecordedFacts): PageFacts {
  const { uploaded, yanked, status, hasWheel, public: publicUpstream } = recorded;
  return {
    ...NO_PAGE,
    publicUpstream: publicUpstream ?? false,
    uploadTime: timeOf(uploaded),
    yanked: yanked ?? false,
    status: status === undefined ? undefined : { status },
    hasWheel: hasWheel ?? false,
  };
}

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
