import type { ProjectName } from '../domain/project-name.js';
import { fileUrlFromPage } from './file-url.js';
import { API_VERSION, type JudgedPage, type ShownFile, writeFiles } from './judged-page.js';
import { shownHashes } from './shown-hashes.js';

/** Writes a page as PEP 691's JSON, in pieces. Unknown keys of an upstream are passed through. */
export function* renderJson(judged: JudgedPage): Generator<string> {
  const { page, versions } = judged;
  const rest = JSON.stringify({
    ...page.extra,
    meta: { ...page.meta, 'api-version': API_VERSION },
    name: page.project,
    ...(page.status && { 'project-status': page.status }),
    ...(versions && { versions }),
    files: [],
  });
  yield rest.slice(0, -']}'.length);
  const write = (some: readonly ShownFile[]) =>
    JSON.stringify(some.map((shown) => renderFile(page.project, shown))).slice(
      '['.length,
      -']'.length,
    );
  yield* writeFiles(judged, write, ',');
  yield ']}';
}

/** Undefined values are omitted from the JSON. */
function renderFile(project: ProjectName, { file, yanked, coreMetadata }: ShownFile) {
  const { provenance } = file;
  return {
    ...file.extra,
    filename: file.filename,
    url: fileUrlFromPage(project, file.filename),
    hashes: shownHashes(file),
    'requires-python': file.requiresPython,
    yanked,
    'core-metadata': coreMetadata,
    // For old clients; never `dist-info-metadata`: pip 22.3 to 23.0.1 fail on anything but a text there (PEP 714).
    'data-dist-info-metadata': coreMetadata,
    'gpg-sig': file.gpgSig,
    size: file.size,
    'upload-time': file.uploadedAt,
    provenance: provenance === undefined ? undefined : provenanceFromPage(provenance),
  };
}

/** Our URL of the provenance document (PEP 740), relative to a project page; or else the original URL. */
export function provenanceFromPage(url: string): string {
  const at = url.indexOf('/integrity/');
  return at === -1 ? url : `../..${url.slice(at)}`;
}
