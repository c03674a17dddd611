import type { Provenance } from '../domain/attestation.js';
import { parseSha256 } from '../domain/digest.js';
import type { ProjectPage } from '../domain/project-page.js';
import type { Upstream } from '../upstream/upstream.js';
import type { ListedFile } from './project-pages.js';
import { offerOf, releasesOf } from './releases.js';
import type { Turns } from './turns.js';

/** A page's files by their names, each with the subject that policy judges, in the page's order. */
export async function listingOf(
  page: ProjectPage,
  upstream: Upstream,
  turns: Turns,
): Promise<Map<string, ListedFile>> {
  const withWheel = new Set(
    page.files.filter(({ name }) => name.kind === 'wheel').map(({ name }) => name.version),
  );
  const releases = await releasesOf(page, turns);
  const listing = new Map<string, ListedFile>();
  const nothing: Provenance = { offer: undefined, releases };
  await turns.forEach(page.files, (file) => {
    const { kind, version } = file.name;
    const offer = offerOf(file);
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
        provenance: offer === undefined ? nothing : { offer, releases },
      },
    });
  });
  return listing;
}
