import { releaseKey } from '../../domain/release-key.js';
import { parseVersion } from '../../domain/version.js';
import type { PageRelease } from '../newest-release.js';
import { isObjectAt, type JsonSpan, membersOf, parseSpan } from './json-spans.js';
import { type FilesByName, isObject } from './judged-files.js';

type Json = Record<string, unknown>;

/**
 * Makes PyPI's JSON API consistent with the project page: files have our URLs, refused ones are yanked with the reason
 * or omitted, and unlisted ones are omitted as well. Clients that search for updates here receive no refused release:
 * there is no last resort, unlike on a page for installers. Written in pieces, and parsed one release at a time: the
 * largest documents have some ten thousand.
 * @param whole whether it is the project's document, whose `info` is that of the latest release, or one release's
 * @throws {SyntaxError} if the body is not a JSON object.
 */
export function* rewriteLegacyJson(
  body: Buffer,
  files: FilesByName,
  whole: boolean,
): Generator<string> {
  const members = membersOf(body);
  const memberOf = (key: string): unknown => {
    const span = members.get(key);
    return span && parseSpan(body, span);
  };
  const listed = memberOf('urls');
  const hadFiles = Array.isArray(listed) && listed.length > 0;
  let urls = files.rewrite(listed);
  const info = memberOf('info');
  const releases = releasesOf(body, members.get('releases'));
  const instead = isObject(info) ? rewriteInfo(info, files, whole, hadFiles) : undefined;
  if (instead !== undefined) {
    urls = files.rewrite(filesOf(body, releases, instead));
    members.delete('vulnerabilities');
    if (!members.has('urls')) members.set('urls', { start: 0, end: 0 });
  }
  const known: Readonly<Record<string, unknown>> = { info, urls };
  let separator = '{';
  for (const [key, span] of members) {
    yield `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    if (key === 'releases' && releases !== undefined) yield* writeReleases(body, releases, files);
    else yield JSON.stringify(Object.hasOwn(known, key) ? known[key] : parseSpan(body, span));
  }
  yield separator === '{' ? '{}' : '}';
}

function releasesOf(body: Buffer, span: JsonSpan | undefined): Map<string, JsonSpan> | undefined {
  return span !== undefined && isObjectAt(body, span) ? membersOf(body, span) : undefined;
}

/** A version without files is unchanged; one whose files are all omitted is omitted too. */
function* writeReleases(
  body: Buffer,
  releases: ReadonlyMap<string, JsonSpan>,
  files: FilesByName,
): Generator<string> {
  let separator = '{';
  for (const [version, span] of releases) {
    const listed = parseSpan(body, span);
    const had = Array.isArray(listed) && listed.length > 0;
    const shown = files.rewrite(listed);
    if (had && (shown as unknown[]).length === 0) continue;
    yield `${separator}${JSON.stringify(version)}:${JSON.stringify(shown)}`;
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}

/**
 * `info` describes an allowed release if there is one; otherwise it is yanked, too.
 * @returns the release that it now describes, if changed
 */
function rewriteInfo(
  info: Json,
  files: FilesByName,
  whole: boolean,
  hadFiles: boolean,
): PageRelease | undefined {
  const version = typeof info.version === 'string' ? parseVersion(info.version) : undefined;
  if (version === undefined) return undefined;
  const state = files.release(releaseKey(version));
  if (state?.allowed === true || (state === undefined && !hadFiles)) return undefined;
  const newest = whole ? files.newestAllowed : undefined;
  if (newest === undefined) {
    info.yanked = true;
    info.yanked_reason = state?.reason ?? 'the project page does not list its files';
    return undefined;
  }
  const { requiresPython } = files.release(newest.key)!;
  // The other fields of `info` belong to the previous release; null is PyPI's value for unknown.
  Object.assign(info, {
    version: newest.version,
    requires_dist: null,
    requires_python: requiresPython ?? null,
    yanked: false,
    yanked_reason: null,
  });
  delete info.release_url;
  return newest;
}

function filesOf(
  body: Buffer,
  releases: ReadonlyMap<string, JsonSpan> | undefined,
  { key }: PageRelease,
): unknown {
  for (const [text, span] of releases ?? []) {
    const version = parseVersion(text);
    if (version !== undefined && releaseKey(version) === key) return parseSpan(body, span);
  }
  return [];
}
