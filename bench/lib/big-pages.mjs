// Projects with a page of 8,000 files and 5 MB of JSON, each entry as long as in a large index.
import { fillers, publishPage } from './index-folder.mjs';

export const BIG_PAGE_FILES = 8_000;

/** Publishes such projects, each cold at its first request. @returns their names and the bytes of one page */
export function publishBigPages(root, prefix, count) {
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  let bytes = 0;
  for (const name of names)
    bytes = publishPage(root, name, fillers(name, BIG_PAGE_FILES).map(inFull), { gzip: true });
  return { names, bytes };
}

function inFull(file) {
  const { sha256 } = file.hashes;
  const folder = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256.slice(4)}`;
  return {
    ...file,
    url: `../../files/packages/${folder}/${file.filename}`,
    'core-metadata': { sha256 },
    'data-dist-info-metadata': { sha256 },
    provenance: null,
  };
}
