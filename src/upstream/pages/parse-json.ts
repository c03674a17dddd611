import { parseSha256, type Sha256 } from '../../domain/digest.js';
import { type DeclaredHashes, NO_HASHES, readHashes } from '../../domain/hashes.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { IndexFile, ProjectPage } from '../../domain/project-page.js';
import type { Turns } from '../../runtime/turns.js';
import { UrlResolver } from './absolute-url.js';
import { digestsIn } from './digests-in.js';
import { parseJsonInTurns } from './json-in-turns.js';
import { NO_EXTRA, type PageDraft, type PageSource } from './page-draft.js';
import { PageTally } from './page-limits.js';
import { pageText } from './page-text.js';
import { declaredIntegrity, declaredMetadata, ownName } from './sound-file.js';
import { inUtc, parseUploadTime } from './upload-time.js';

type Json = Record<string, unknown>;

/** The known keys of a file; others are passed through unchanged (PEP 691). */
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

/** Reads PEP 691's JSON, with PEP 592, 658, 700, 714, 740 and 792. @throws if its structure is invalid */
export async function parseJsonPage(
  source: PageSource,
  project: ProjectName,
  turns: Turns,
): Promise<PageDraft> {
  const text = pageText(source);
  const urls = new UrlResolver(source.url);
  const tally = new PageTally();
  const page = await parseJsonInTurns(text, turns, (file) => readFile(file, project, urls, tally));
  if (!isObject(page)) throw new TypeError('the page is not an object');
  const meta = isObject(page.meta) ? page.meta : {};
  const version = meta['api-version'] ?? '1.0';
  // PEP 629: a higher major version may be incompatible. Some indexes write a number.
  if (typeof version === 'object' || !/^1(\.\d+)?$/.test(String(version)))
    throw new TypeError(`the page has api-version ${JSON.stringify(version)}`);
  if (!Array.isArray(page.files)) throw new TypeError('the page has no files');
  const beside = {
    meta: without(meta, new Set(['api-version', 'project-status', 'project-status-reason'])),
    extra: without(page, PAGE_KEYS),
  };
  tally.addOther(beside);
  return {
    files: page.files.filter((file: IndexFile | undefined) => file !== undefined),
    versions: Array.isArray(page.versions) ? page.versions.filter(isString) : undefined,
    status: readStatus(page['project-status'] ?? meta['project-status']),
    ...beside,
  };
}

function readFile(
  file: unknown,
  project: ProjectName,
  urls: UrlResolver,
  tally: PageTally,
): IndexFile | undefined {
  if (!isObject(file) || !isString(file.filename) || !isString(file.url)) return undefined;
  const name = ownName(file.filename, project);
  if (name === undefined) return undefined;
  const url = urls.resolve(file.url);
  if (url === undefined) return undefined;
  tally.addFile();
  const { yanked, size } = file;
  const declared = declaredDigests(file.hashes, file.url);
  const requiresPython = file['requires-python'];
  const metadata =
    file['core-metadata'] ?? file['dist-info-metadata'] ?? file['data-dist-info-metadata'];
  const gpgSig = file['gpg-sig'];
  const uploadedAt = file['upload-time'];
  const uploadTime = isString(uploadedAt) ? parseUploadTime(uploadedAt) : undefined;
  // Always the same keys in the same order, because thousands of objects with one shape use the least memory.
  return {
    filename: file.filename,
    name,
    url,
    hashes: declared.hashes,
    sha256: declared.hashes.sha256 as Sha256 | undefined,
    integrity: declaredIntegrity(file.filename, declared),
    yanked: isString(yanked) ? yanked || true : yanked === true,
    coreMetadata: declaredMetadata(metadata, readObject(metadata)),
    requiresPython: isString(requiresPython) ? requiresPython : undefined,
    gpgSig: typeof gpgSig === 'boolean' ? gpgSig : undefined,
    size: Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : undefined,
    uploadTime,
    uploadedAt: uploadTime === undefined ? undefined : inUtc(uploadedAt as string, uploadTime),
    provenance: isString(file.provenance) ? urls.resolve(file.provenance) : undefined,
    extra: hasOther(file, FILE_KEYS) ? otherOf(file, tally) : NO_EXTRA,
  };
}

/** Some indexes declare them in the URL's fragment, as on HTML pages. */
function declaredDigests(hashes: unknown, url: string): DeclaredHashes {
  const at = url.indexOf('#');
  if (at === -1) return readObject(hashes);
  const declared = isObject(hashes) ? Object.entries(hashes) : [];
  return readHashes([...declared, ...digestsIn(url.slice(at + 1))]);
}

/** Returns the object itself if it contains only a normalised sha256, as nearly always. */
function readObject(value: unknown): DeclaredHashes {
  if (!isObject(value)) return NO_HASHES;
  if (value.sha256 !== undefined && parseSha256(value.sha256) === value.sha256) {
    const [, another] = Object.keys(value);
    if (another === undefined) return { hashes: value, doubt: undefined };
  }
  return readHashes(Object.entries(value));
}

function readStatus(value: unknown): ProjectPage['status'] {
  if (isString(value)) return { status: value };
  if (!isObject(value) || !isString(value.status)) return undefined;
  return { status: value.status, ...(isString(value.reason) && { reason: value.reason }) };
}

function otherOf(file: Json, tally: PageTally): Json {
  const other = without(file, FILE_KEYS);
  tally.addOther(other);
  return other;
}

function hasOther(object: Json, keys: ReadonlySet<string>): boolean {
  for (const key in object) if (!keys.has(key)) return true;
  return false;
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
