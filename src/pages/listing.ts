import { parseSha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import type { ProjectPage } from '../domain/project-page.js';
import type { Upstream } from '../upstream/upstream.js';
import type { ListedFile } from './project-pages.js';
import { offerOf, releasesOf } from './releases.js';

/** A page's files by their names, each with the subject that policy judges, in the page's order. */
export function listingOf(page: ProjectPage, upstream: Upstream): Map<string, ListedFile> {
  const names = page.files.map((file) => parseDistributionFilename(file.filename, page.project)!);
  const withWheel = new Set(
    names.filter((name) => name.kind === 'wheel').map((name) => name.version),
  );
  const releases = releasesOf(page, names);
  const listing = new Map<string, ListedFile>();
  for (const [index, file] of page.files.entries()) {
    const { kind, version } = names[index]!;
    const { coreMetadata } = file;
    const declared = typeof coreMetadata === 'object' ? coreMetadata.sha256 : undefined;
    listing.set(file.filename, {
      file,
      page,
      upstream,
      subject: {
        upstream: upstream.name,
        publicUpstream: upstream.isPublic,
        project: page.project,
        version,
        filename: file.filename,
        kind,
        sha256: file.sha256,
        size: file.size,
        uploadTime: file.uploadTime,
        yanked: file.yanked,
        status: page.status,
        declaredMetadata: parseSha256(declared),
        hasWheel: version !== undefined && withWheel.has(version),
        provenance: { offer: offerOf(file), releases },
      },
    });
  }
  return listing;
}
