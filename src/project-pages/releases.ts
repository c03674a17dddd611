import type { Offer, Release } from '../domain/attestation.js';
import type { DistributionKind } from '../domain/distribution-filename.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { compareVersions } from '../domain/version.js';
import type { Turns } from '../runtime/turns.js';

interface Draft {
  readonly version: string;
  /** NaN if a file has no upload time: that of the release is then unknown. */
  uploadTime: number;
  readonly offers: Map<DistributionKind, Offer | undefined>;
}

/** A file's provenance document as the page offers it (PEP 740); a file without a digest cannot be attested. */
export function offerOf({ filename, sha256, provenance }: IndexFile): Offer | undefined {
  return provenance === undefined || sha256 === undefined
    ? undefined
    : { filename, sha256, url: provenance };
}

/**
 * The releases of a page, the latest first: by upload time, or by PEP 440 and without times if the index lacks one for
 * any file. Empty if no file has a provenance document, as on most pages: they would have no effect.
 */
export async function releasesOf(page: ProjectPage, turns: Turns): Promise<Release[]> {
  if (page.files.every((file) => file.provenance === undefined)) return [];
  const drafts = new Map<string, Draft>();
  await turns.forEach(page.files, (file) => {
    const { version, kind } = file.name;
    if (version === undefined) return;
    const draft = drafts.get(version) ?? { version, uploadTime: Infinity, offers: new Map() };
    drafts.set(version, draft);
    draft.uploadTime = Math.min(draft.uploadTime, file.uploadTime ?? Number.NaN);
    draft.offers.set(kind, draft.offers.get(kind) ?? offerOf(file));
  });
  const releases = [...drafts.values()];
  if (releases.every(({ uploadTime }) => !Number.isNaN(uploadTime)))
    return releases.sort((a, b) => b.uploadTime - a.uploadTime);
  return releases
    .sort((a, b) => compareVersions(b.version, a.version))
    .map((release) => ({ ...release, uploadTime: undefined }));
}
