import { fileUrlFromPage } from './file-url.js';
import { API_VERSION, type JudgedPage, type ShownFile, shownFiles } from './judged-page.js';

/** Writes a page as PEP 691's JSON, with what an upstream says beyond what we know kept as it came. */
export function renderJson(judged: JudgedPage): string {
  const { page } = judged;
  return JSON.stringify({
    ...page.extra,
    meta: { ...page.meta, 'api-version': API_VERSION },
    name: page.project,
    ...(page.status && { 'project-status': page.status }),
    ...(page.versions && { versions: page.versions }),
    files: shownFiles(judged).map((shown) => renderFile(judged, shown)),
  });
}

function renderFile({ page }: JudgedPage, { file, yanked, refused }: ShownFile) {
  const { requiresPython, gpgSig, size, uploadTime } = file;
  // A client that resolves by sidecars would choose a refused file by one, and fail later.
  const metadata = refused ? false : file.coreMetadata;
  return {
    ...file.extra,
    filename: file.filename,
    url: fileUrlFromPage(page.project, file.filename),
    hashes: file.hashes,
    ...(requiresPython !== undefined && { 'requires-python': requiresPython }),
    yanked,
    'core-metadata': metadata,
    'dist-info-metadata': metadata,
    ...(gpgSig !== undefined && { 'gpg-sig': gpgSig }),
    ...(size !== undefined && { size }),
    ...(uploadTime !== undefined && { 'upload-time': new Date(uploadTime).toISOString() }),
    ...(file.provenance !== undefined && { provenance: provenanceFromPage(file.provenance) }),
  };
}

/** The provenance document (PEP 740) as we pass it through, seen from a project page; else where it was. */
export function provenanceFromPage(url: string): string {
  const at = url.indexOf('/integrity/');
  return at === -1 ? url : `../..${url.slice(at)}`;
}
