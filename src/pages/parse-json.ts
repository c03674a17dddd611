import type { Hashes, ProjectPage } from '../domain/project-page.js';
import { absoluteUrl } from './absolute-url.js';
import type { FileDraft, PageDraft, PageSource } from './page-draft.js';

type Json = Record<string, unknown>;

/** The keys of a file that we know; what else an index says goes through as it came (PEP 691). */
const FILE_KEYS = new Set([
  'filename',
  'url',
  'hashes',
  'requires-python',
  'core-metadata',
  'dist-info-metadata',
  'data-dist-info-metadata',
  'gpg-sig',
  'yanked',
  'size',
  'upload-time',
  'provenance',
]);
const PAGE_KEYS = new Set(['meta', 'name', 'files', 'versions', 'project-status']);

/** Reads PEP 691's JSON, with PEP 592, 658, 700, 714, 740 and 792. @throws where it is not of that shape */
export function parseJsonPage(source: PageSource): PageDraft {
  const page: unknown = JSON.parse(Buffer.from(source.body).toString('utf8'));
  if (!isObject(page)) throw new TypeError('the page is not an object');
  const meta = isObject(page.meta) ? page.meta : {};
  const version = meta['api-version'];
  // PEP 629: a higher major version may mean anything.
  if (typeof version !== 'string' || !/^1\.\d+$/.test(version))
    throw new TypeError(`the page has api-version ${JSON.stringify(version)}`);
  if (!Array.isArray(page.files)) throw new TypeError('the page has no files');
  return {
    files: page.files.flatMap((file) => readFile(file, source.url)),
    versions: Array.isArray(page.versions) ? page.versions.filter(isString) : undefined,
    status: readStatus(page['project-status'] ?? meta['project-status']),
    meta: without(meta, new Set(['api-version', 'project-status', 'project-status-reason'])),
    extra: without(page, PAGE_KEYS),
  };
}

function readFile(file: unknown, base: string): FileDraft[] {
  if (!isObject(file) || !isString(file.filename) || !isString(file.url)) return [];
  const url = absoluteUrl(file.url, base);
  if (url === undefined) return [];
  const { yanked, size } = file;
  const provenance = isString(file.provenance) ? absoluteUrl(file.provenance, base) : undefined;
  const uploadTime = readTime(file['upload-time']);
  return [
    {
      filename: file.filename,
      url,
      hashes: readHashes(file.hashes) ?? {},
      yanked: isString(yanked) ? yanked || true : yanked === true,
      coreMetadata: readMetadata(
        file['core-metadata'] ?? file['dist-info-metadata'] ?? file['data-dist-info-metadata'],
      ),
      ...(isString(file['requires-python']) && { requiresPython: file['requires-python'] }),
      ...(typeof file['gpg-sig'] === 'boolean' && { gpgSig: file['gpg-sig'] }),
      ...(Number.isSafeInteger(size) && (size as number) >= 0 && { size: size as number }),
      ...(uploadTime !== undefined && { uploadTime }),
      ...(provenance !== undefined && { provenance }),
      extra: without(file, FILE_KEYS),
    },
  ];
}

function readMetadata(value: unknown): boolean | Hashes {
  return typeof value === 'boolean' ? value : (readHashes(value) ?? false);
}

function readHashes(value: unknown): Hashes | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => isString(entry[1]) && /^[0-9a-f]+$/i.test(entry[1]),
  );
  return Object.fromEntries(
    entries.map(([name, digest]) => [name.toLowerCase(), digest.toLowerCase()]),
  );
}

/** PEP 700: ISO 8601 in UTC, `2022-10-21T12:33:30.123456Z`. */
function readTime(value: unknown): number | undefined {
  if (!isString(value) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value))
    return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function readStatus(value: unknown): ProjectPage['status'] {
  if (isString(value)) return { status: value };
  if (!isObject(value) || !isString(value.status)) return undefined;
  return { status: value.status, ...(isString(value.reason) && { reason: value.reason }) };
}

function without(object: Json, keys: ReadonlySet<string>): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
