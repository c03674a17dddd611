import type { Offer, Release } from '../domain/attestation.js';
import type { DistributionFilename, DistributionKind } from '../domain/distribution-filename.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { compareVersions } from '../domain/version.js';

interface Draft {
  readonly version: string;
  uploadTime: number | undefined;
  /** Whether any of its files has no upload time: then its time cannot be told. */
  timeless: boolean;
  readonly offers: Map<DistributionKind, Offer | undefined>;
}

/** A file's provenance document as the page offers it (PEP 740); a file without a digest cannot be attested. */
export function offerOf({ filename, sha256, provenance }: IndexFile): Offer | undefined {
  return provenance === undefined || sha256 === undefined
    ? undefined
    : { filename, sha256, url: provenance };
}

/**
 * The releases of a page, the latest first: by upload time, or by PEP 440 where the index does not give one
 * for every file. Empty where no file has a provenance document, as on most pages: nothing follows from it then.
 * @param names the files' names, read, in the page's order
 */
export function releasesOf(page: ProjectPage, names: readonly DistributionFilename[]): Release[] {
  if (page.files.every((file) => file.provenance === undefined)) return [];
  const drafts = new Map<string, Draft>();
  for (const [index, file] of page.files.entries()) {
    const { version, kind } = names[index]!;
    if (version === undefined) continue;
    const draft = drafts.get(version) ?? emptyDraft(version);
    drafts.set(version, draft);
    const { uploadTime = Infinity } = file;
    draft.timeless ||= file.uploadTime === undefined;
    draft.uploadTime = Math.min(draft.uploadTime ?? Infinity, uploadTime);
    draft.offers.set(kind, draft.offers.get(kind) ?? offerOf(file));
  }
  const releases = [...drafts.values()].map(
    ({ version, timeless, uploadTime, offers }): Release => ({
      version,
      uploadTime: timeless ? undefined : uploadTime,
      offers,
    }),
  );
  const timed = releases.every(({ uploadTime }) => uploadTime !== undefined);
  return releases.sort((a, b) =>
    timed ? b.uploadTime! - a.uploadTime! : compareVersions(b.version, a.version),
  );
}

function emptyDraft(version: string): Draft {
  return { version, uploadTime: undefined, timeless: false, offers: new Map() };
}
