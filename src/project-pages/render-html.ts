import type { ProjectName } from '../domain/project-name.js';
import { fileUrlFromPage } from './file-url.js';
import { API_VERSION, type JudgedPage, type ShownFile, writeFiles } from './judged-page.js';
import { provenanceFromPage } from './render-json.js';
import { shownHashes } from './shown-hashes.js';

/** Writes a page as PEP 503's HTML, in pieces, with PEP 592, 629, 658, 714, 740 and 792. */
export function* renderHtml(judged: JudgedPage): Generator<string> {
  const { page } = judged;
  const status = page.status === undefined ? [] : [meta('pypi:project-status', page.status.status)];
  if (page.status?.reason !== undefined)
    status.push(meta('pypi:project-status-reason', page.status.reason));
  yield [
    '<!DOCTYPE html>',
    '<html>',
    '  <head>',
    meta('pypi:repository-version', API_VERSION),
    ...status,
    `    <title>Links for ${escapeHtml(page.project)}</title>`,
    '  </head>',
    '  <body>',
    `    <h1>Links for ${escapeHtml(page.project)}</h1>`,
    '',
  ].join('\n');
  const write = (some: readonly ShownFile[]) =>
    some.map((shown) => `${renderFile(page.project, shown)}\n`).join('');
  yield* writeFiles(judged, write, '');
  yield '  </body>\n</html>\n';
}

function renderFile(project: ProjectName, { file, yanked, coreMetadata }: ShownFile): string {
  const [algorithm, digest] = Object.entries(shownHashes(file))[0] ?? [];
  const fragment = algorithm === undefined ? '' : `#${algorithm}=${digest}`;
  const attributes = [`href="${escapeHtml(fileUrlFromPage(project, file.filename) + fragment)}"`];
  const add = (name: string, value: string) => attributes.push(`${name}="${escapeHtml(value)}"`);
  if (file.requiresPython !== undefined) add('data-requires-python', file.requiresPython);
  if (yanked !== false) add('data-yanked', yanked === true ? '' : yanked);
  if (typeof coreMetadata === 'object') {
    const value = `sha256=${coreMetadata.sha256}`;
    add('data-core-metadata', value);
    add('data-dist-info-metadata', value);
  }
  if (file.gpgSig !== undefined) add('data-gpg-sig', String(file.gpgSig));
  if (file.provenance !== undefined) add('data-provenance', provenanceFromPage(file.provenance));
  return `    <a ${attributes.join(' ')}>${escapeHtml(file.filename)}</a><br />`;
}

function meta(name: string, content: string): string {
  return `    <meta name="${name}" content="${escapeHtml(content)}">`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  if (!/[&<>"']/.test(text)) return text;
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
