import type { ProjectName } from '../domain/project-name.js';
import { fileUrl } from './file-url.js';

/**
 * Makes the file URLs of PyPI's JSON API (`urls` and `releases`) point at us.
 * @throws {SyntaxError} where the body is not a JSON object.
 */
export function rewriteLegacyJson(body: Buffer, project: ProjectName, base: string): Buffer {
  const document: unknown = JSON.parse(body.toString('utf8'));
  if (!isObject(document)) throw new SyntaxError('not a JSON object');
  rewriteFiles(document.urls, project, base);
  if (isObject(document.releases))
    for (const files of Object.values(document.releases)) rewriteFiles(files, project, base);
  return Buffer.from(JSON.stringify(document));
}

/** A file whose name is not there keeps no URL: it could lead around the gate. */
function rewriteFiles(files: unknown, project: ProjectName, base: string): void {
  if (!Array.isArray(files)) return;
  for (const file of files) {
    if (!isObject(file)) continue;
    if (typeof file.filename === 'string') file.url = fileUrl(base, project, file.filename);
    else delete file.url;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
