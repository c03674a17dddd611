import type { Inspection } from './finding.js';
import type { FindingRule } from './rules.js';

export interface CodeEntry {
  readonly rule: FindingRule;
  /** Why it matters, in one sentence. */
  readonly summary: string;
  /** The source of the rule. */
  readonly source: string;
  /** Set if known-good files have it, and it can neither hide a file nor make two installers differ. */
  readonly byDefault?: 'warn';
  /** Set if it is independent of the bytes: a local fault, or a temporary overload. */
  readonly passing?: true;
}

const SITE = 'CPython Lib/site.py';
const APPNOTE = 'PKWARE APPNOTE 6.3.10';
const DIFFERENTIAL = 'CVE-2025-54368';
const PAX = 'POSIX.1-2017 pax';
const WHEEL_SPEC = 'PyPA binary distribution format';
const CENSUS = 'census of wheels';
const WINDOWS_NAMES = 'Windows file naming';
const LIMITS = 'inspection limits';

/** Every code that a finding can carry. A code never changes its meaning. */
export const FINDING_CODES = {
  'pth-executable': hook('A .pth line that begins with import runs at every Python start', SITE),
  'pth-undecodable': hook('A .pth file is not plain UTF-8 text', SITE),
  'pth-adds-hook-folder': hook('A .pth line adds a path that contains sitecustomize', SITE),
  'pth-adds-unclear-folder': hook(
    'A .pth line adds a path that is not a plain folder of the same wheel',
    SITE,
  ),
  'pth-adds-remote-folder': hook('A .pth line puts a network share on the import path', SITE),
  'pth-line-too-long': hook('A .pth line is longer than any valid path', SITE),
  'start-file': hook('A .start file names code that runs at every Python start', 'PEP 829'),
  'too-many-hooks': hook('More start-up hooks than the report can hold', 'doubt refuses'),
  'site-customize': hook('sitecustomize and usercustomize run at every Python start', SITE),
  'hook-link': hook('A link named like a start-up hook has an unknown target', SITE),
  'foreign-hook': hook("It replaces another project's start-up hook", SITE),
  'interpreter-shadow': hook('It replaces the interpreter or its configuration', SITE),
  'installer-config': hook(
    'It configures pip for all later installations',
    'pip configuration files',
  ),
  'stdlib-shadow': hook('It writes into the standard library folder', SITE),
  'script-shadows-module': hook(
    'A script shadows a standard library module for all scripts in its folder',
    'CPython sys.path[0]',
  ),
  'environment-shadow': hook('It replaces a script of the virtual environment', 'CPython Lib/venv'),
  'installer-shadow': hook('It replaces an installer', 'doubt refuses'),
  'data-place-unknown': hook('It installs to a place that wheels do not use', CENSUS),

  'archive-unreadable': archive('The archive cannot be opened', 'doubt refuses'),
  'archive-format-unsupported': archive('Unsupported archive format', 'doubt refuses'),
  'archive-two-formats': archive('The file is valid in two archive formats', 'CPython Lib/zipfile'),
  'inspection-failed': passing('The inspection did not finish', 'doubt refuses'),
  'inspection-limit-members': archive('Too many members', LIMITS),
  'inspection-limit-directory': archive('The central directory is too large', LIMITS),
  'inspection-limit-inflated': archive('The inflated size is too large', LIMITS),
  'inspection-limit-ratio': archive('The compression ratio is too high', LIMITS),
  'inspection-limit-path': archive('A path is too long', LIMITS),
  'inspection-limit-depth': archive('Folders are nested too deeply', LIMITS),
  'inspection-limit-held': archive('A file that is read into memory is too large', LIMITS),
  'inspection-limit-time': passing('The inspection timed out', LIMITS),

  'member-name-control': archive('A name has a control or format character', 'UTS #39'),
  'member-name-backslash': archive(
    'A backslash, which POSIX and Windows interpret differently',
    APPNOTE,
  ),
  'member-name-absolute': archive('An absolute path', APPNOTE),
  'member-name-climbing': archive('A path leaves its folder with ".."', APPNOTE),
  'member-name-empty': archive('A member has no name', APPNOTE),
  'member-name-segment': archive('A path segment is empty or a dot', APPNOTE),
  'member-name-reserved': archive('Windows reserves the name or a character in it', WINDOWS_NAMES),
  'member-name-edge': archive(
    'A name has a leading or trailing space or dot, which Windows drops',
    WINDOWS_NAMES,
  ),
  'member-name-short': archive('The name looks like a Windows short name', WINDOWS_NAMES),
  'member-name-form': archive('A name is not in Unicode normal form C', 'UAX #15'),
  'member-name-character': archive(
    'A name has a character that is not a letter, digit or mark',
    'UTS #39',
  ),
  'member-name-long': archive(
    'A path segment is longer than file systems support',
    'POSIX.1-2017 limits.h',
  ),

  'zip-end-record': archive('The end record is missing or invalid', APPNOTE),
  'zip-comment': archive('The comment contains a zip record signature', DIFFERENTIAL),
  'zip-signature': archive(
    'A name, comment or extra field contains a zip record signature',
    DIFFERENTIAL,
  ),
  'zip-multi-disk': archive('A multi-disk archive', APPNOTE),
  'zip-zip64': archive('zip64 fields contradict the standard ones', APPNOTE),
  'zip-directory': archive('The central directory is malformed', APPNOTE),
  'zip-local-header': archive('A local header is malformed', APPNOTE),
  'zip-headers-disagree': archive('Local header and directory disagree', DIFFERENTIAL),
  'zip-gap': archive('Bytes outside any member', DIFFERENTIAL),
  'zip-overlap': archive('Members overlap', APPNOTE),
  'zip-descriptor': archive('A data descriptor is missing or invalid', DIFFERENTIAL),
  'zip-stored-descriptor': archive(
    'A streaming reader cannot find the end of a stored member',
    DIFFERENTIAL,
  ),
  'zip-data': archive('The compressed data is damaged or has the wrong length', DIFFERENTIAL),
  'zip-crc': archive('Checksum mismatch', APPNOTE),
  'zip-encrypted': archive('An encrypted member cannot be inspected', APPNOTE),
  'zip-method': archive('A compression method that not all installers support', APPNOTE),
  'zip-version': archive('It requires an unknown version of the format', APPNOTE),
  'zip-flags': archive('Flags that readers interpret differently', APPNOTE),
  'zip-extra': archive('An extra field is malformed', APPNOTE),
  'zip-unicode-path': archive('An extra field renames the member', DIFFERENTIAL),
  'zip-name-encoding': archive('A non-ASCII name is not marked as UTF-8', APPNOTE),
  'zip-duplicate': archive('Two members have the same name', DIFFERENTIAL),
  'zip-case-collision': archive('Two names differ only in case', DIFFERENTIAL),
  'zip-file-and-folder': archive('A name is both a file and a folder', DIFFERENTIAL),
  'zip-symlink': archive('A symbolic link', APPNOTE),
  'zip-special-file': archive('A special file', APPNOTE),
  'zip-folder-data': archive('A folder with content', APPNOTE),

  'gzip-malformed': archive('The gzip stream is damaged', 'RFC 1952'),
  'gzip-trailing': archive('Data after the first gzip member', 'CVE-2025-13327'),
  'bzip2-malformed': archive('The bzip2 stream is damaged', 'bzip2 format'),
  'bzip2-trailing': archive('Data after the first bzip2 stream', 'doubt refuses'),
  'tar-checksum': archive('A header is damaged', PAX),
  'tar-truncated': archive('The archive is truncated', PAX),
  'tar-trailing': archive('Data after the end of the archive', PAX),
  'tar-number': archive('An ambiguous number', PAX),
  'tar-size-disagrees': archive('Two different sizes for a member', 'CVE-2025-62518'),
  'tar-size-unexpected': archive('A size on a member without content', 'CVE-2025-62518'),
  'tar-name-ambiguous': archive('Two names for a member, or both a file and a folder', PAX),
  'tar-pax-malformed': archive('A pax header is malformed', PAX),
  'tar-pax-global': archive('A global pax header renames or resizes members', PAX),
  'tar-extension-dangling': archive('A long-name or pax header without a member', PAX),
  'tar-sparse': archive('A sparse file', 'GNU tar'),
  'tar-special-file': archive('A device, a pipe or an unknown member type', PAX),
  'tar-link-leaves': archive('A link that leaves the archive', 'PEP 706'),
  'tar-path-through-link': archive('A member path goes through a link', 'PEP 706'),

  'record-missing': record('The wheel has no RECORD'),
  'record-malformed': record('RECORD is malformed'),
  'record-unlisted': record('RECORD does not list a file'),
  'record-absent': harmless(record('RECORD lists a missing file')),
  'record-foreign': record("RECORD lists a missing file outside the wheel's folders"),
  'record-wheel-file': harmless(record('The hash or size of WHEEL does not match RECORD')),
  'record-path': record('RECORD lists a path outside the site folder'),
  'record-duplicate': record('RECORD has conflicting entries for a file'),
  'record-hash-missing': record('RECORD has no hash for a file'),
  'record-hash-weak': record('RECORD uses a weak hash'),
  'record-hash-wrong': record("A file's hash does not match RECORD"),
  'record-size-wrong': record("A file's size does not match RECORD"),

  'metadata-missing': metadata('METADATA or WHEEL is missing'),
  'metadata-dist-info': metadata('Not exactly one .dist-info folder with the correct name'),
  'metadata-data-folder': metadata('A .data folder that installers interpret differently'),
  'metadata-other-distribution': metadata('It contains metadata of another distribution'),
  'metadata-malformed': metadata('METADATA or WHEEL is malformed'),
  'metadata-name': metadata('The name in the metadata differs from the filename'),
  'metadata-version': metadata('The version in the metadata differs from the filename'),
  'metadata-direct-url': {
    ...metadata('A requirement with a URL: installers fetch it past the index'),
    source: 'PEP 508',
  },
  'metadata-wheel-version': metadata('An unknown Wheel-Version'),
  'metadata-entry-point': metadata('A script outside the scripts folder'),
  'metadata-entry-points': metadata('Ambiguous entry_points.txt'),
  'metadata-spelling': metadata('A file in .dist-info with a different spelling'),
} as const satisfies Record<string, CodeEntry>;

export type FindingCode = keyof typeof FINDING_CODES;

/** The codes that belong to a rule. */
export function codesOfRule(rule: FindingRule): FindingCode[] {
  return (Object.keys(FINDING_CODES) as FindingCode[]).filter(
    (code) => FINDING_CODES[code].rule === rule,
  );
}

/** The entry of a code; undefined for one of a later version. */
export function knowledgeOf(code: string): CodeEntry | undefined {
  return Object.hasOwn(FINDING_CODES, code) ? FINDING_CODES[code as FindingCode] : undefined;
}

/** Whether a finding is temporary: it then refuses for now, and is no fact about the bytes. */
export function isPassing({ findings }: Pick<Inspection, 'findings'>): boolean {
  return findings.some(({ code }) => knowledgeOf(code)?.passing === true);
}

function hook(summary: string, source: string) {
  return { rule: 'startup-hook', summary, source } as const;
}
function archive(summary: string, source: string) {
  return { rule: 'archive', summary, source } as const;
}
function passing(summary: string, source: string) {
  return { ...archive(summary, source), passing: true } as const;
}
function record(summary: string) {
  return { rule: 'record', summary, source: WHEEL_SPEC } as const;
}
function metadata(summary: string) {
  return { rule: 'metadata', summary, source: WHEEL_SPEC } as const;
}
function harmless<Entry extends CodeEntry>(entry: Entry) {
  return { ...entry, byDefault: 'warn' } as const;
}
