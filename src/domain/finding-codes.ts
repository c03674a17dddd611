import type { Inspection } from './finding.js';
import type { FindingRule } from './rules.js';

export interface CodeEntry {
  readonly rule: FindingRule;
  /** Why it matters, in one sentence. */
  readonly summary: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Set where honest files have it, and it can neither hide a file nor let two installers install two things. */
  readonly byDefault?: 'warn';
  /** Set where it says nothing of the bytes: a fault of ours, or a moment when too much was to be done. */
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
  'pth-undecodable': hook('A .pth file that is not plain UTF-8 text cannot be judged', SITE),
  'pth-adds-hook-folder': hook('A .pth line adds a place from which sitecustomize is taken', SITE),
  'pth-adds-unclear-folder': hook(
    'A .pth line adds what is not plainly a folder of the same wheel',
    SITE,
  ),
  'pth-adds-remote-folder': hook('A .pth line puts a network share on the import path', SITE),
  'pth-line-too-long': hook('A .pth line is longer than any path, so it cannot be judged', SITE),
  'start-file': hook('A .start file names code that runs at every Python start', 'PEP 829'),
  'too-many-hooks': hook('It has more start-up hooks than are reported', 'doubt refuses'),
  'site-customize': hook('sitecustomize and usercustomize run at every Python start', SITE),
  'hook-link': hook('A link with the name of a start-up hook leads to what is not known', SITE),
  'foreign-hook': hook("It takes over a start-up hook that is another project's", SITE),
  'interpreter-shadow': hook('It replaces the interpreter or its configuration', SITE),
  'installer-config': hook('It configures pip for all later installs', 'pip configuration files'),
  'stdlib-shadow': hook('It writes into the folder of the standard library', SITE),
  'script-shadows-module': hook(
    'A script is a module before the standard library to all scripts beside it',
    'CPython sys.path[0]',
  ),
  'environment-shadow': hook('It replaces a script of the virtual environment', 'CPython Lib/venv'),
  'installer-shadow': hook('It takes the place of an installer', 'doubt refuses'),
  'data-place-unknown': hook('It goes where wheels put nothing, and something may read it', CENSUS),

  'archive-unreadable': archive('The archive cannot be opened', 'doubt refuses'),
  'archive-format-unsupported': archive('This form of archive is not opened', 'doubt refuses'),
  'archive-two-formats': archive('The file is an archive of two formats', 'CPython Lib/zipfile'),
  'inspection-failed': passing('The inspection did not come to an end', 'doubt refuses'),
  'inspection-limit-members': archive('Too many members', LIMITS),
  'inspection-limit-directory': archive('The table of members is too large', LIMITS),
  'inspection-limit-inflated': archive('It inflates to too many bytes', LIMITS),
  'inspection-limit-ratio': archive('It inflates too far for its size', LIMITS),
  'inspection-limit-path': archive('A path is too long', LIMITS),
  'inspection-limit-depth': archive('Folders are nested too deep', LIMITS),
  'inspection-limit-held': archive('A file that must be read whole is too large', LIMITS),
  'inspection-limit-time': passing('The inspection took too long', LIMITS),

  'member-name-control': archive('A name has a control or format character', 'UTS #39'),
  'member-name-backslash': archive('POSIX and Windows read a backslash differently', APPNOTE),
  'member-name-absolute': archive('An absolute path leaves the folder', APPNOTE),
  'member-name-climbing': archive('A path climbs out of its folder', APPNOTE),
  'member-name-empty': archive('A member without a name', APPNOTE),
  'member-name-segment': archive('A segment of the path is empty or a dot', APPNOTE),
  'member-name-reserved': archive('Windows reserves the name or a character in it', WINDOWS_NAMES),
  'member-name-edge': archive('Windows drops blanks and dots at the ends of a name', WINDOWS_NAMES),
  'member-name-short': archive('Windows may take it for the short name of a file', WINDOWS_NAMES),
  'member-name-form': archive('Not in Unicode normal form C: some systems compose', 'UAX #15'),
  'member-name-character': archive('A character that is no letter, digit or mark', 'UTS #39'),
  'member-name-long': archive(
    'A segment is longer than file systems take',
    'POSIX.1-2017 limits.h',
  ),

  'zip-end-record': archive('The end record is missing or wrong', APPNOTE),
  'zip-comment': archive('The comment could be taken for a zip record', DIFFERENTIAL),
  'zip-signature': archive(
    'A name, comment or extra field could be taken for a zip record',
    DIFFERENTIAL,
  ),
  'zip-multi-disk': archive('An archive over several disks', APPNOTE),
  'zip-zip64': archive('zip64 fields contradict the plain ones', APPNOTE),
  'zip-directory': archive('The central directory is malformed', APPNOTE),
  'zip-local-header': archive('A local header is malformed', APPNOTE),
  'zip-headers-disagree': archive('Local header and directory disagree', DIFFERENTIAL),
  'zip-gap': archive('Bytes that no member owns', DIFFERENTIAL),
  'zip-overlap': archive('Members share bytes', APPNOTE),
  'zip-descriptor': archive('A data descriptor is missing or wrong', DIFFERENTIAL),
  'zip-stored-descriptor': archive('A stored member whose end a stream cannot find', DIFFERENTIAL),
  'zip-data': archive('The compressed data is damaged or ends elsewhere', DIFFERENTIAL),
  'zip-crc': archive('The checksum does not match', APPNOTE),
  'zip-encrypted': archive('An encrypted member cannot be inspected', APPNOTE),
  'zip-method': archive('A compression method that installers do not share', APPNOTE),
  'zip-version': archive('It asks for a version of the format that does not exist', APPNOTE),
  'zip-flags': archive('Flags that readers take differently', APPNOTE),
  'zip-extra': archive('An extra field is malformed', APPNOTE),
  'zip-unicode-path': archive('An extra field gives the member another name', DIFFERENTIAL),
  'zip-name-encoding': archive('The name is not UTF-8 that says so: readers differ', APPNOTE),
  'zip-duplicate': archive('Two members have one name', DIFFERENTIAL),
  'zip-case-collision': archive('Two names are one where case does not count', DIFFERENTIAL),
  'zip-file-and-folder': archive('One name is a file and a folder', DIFFERENTIAL),
  'zip-symlink': archive('A symbolic link', APPNOTE),
  'zip-special-file': archive('Neither a file nor a folder', APPNOTE),
  'zip-folder-data': archive('A folder that has content', APPNOTE),

  'gzip-malformed': archive('The gzip stream is damaged', 'RFC 1952'),
  'gzip-trailing': archive('Data behind the first gzip member', 'CVE-2025-13327'),
  'bzip2-malformed': archive('The bzip2 stream is damaged', 'bzip2 format'),
  'bzip2-trailing': archive('Data behind the first bzip2 stream', 'doubt refuses'),
  'tar-checksum': archive('A header is damaged: readers stop or skip there', PAX),
  'tar-truncated': archive('The archive ends in the middle of a member', PAX),
  'tar-trailing': archive('Data behind the end of the archive', PAX),
  'tar-number': archive('A number that readers take differently', PAX),
  'tar-size-disagrees': archive('Two sizes for one member', 'CVE-2025-62518'),
  'tar-size-unexpected': archive('A size on a member that has no content', 'CVE-2025-62518'),
  'tar-name-ambiguous': archive(
    'Two names for one member, or a file to some and a folder to others',
    PAX,
  ),
  'tar-pax-malformed': archive('A pax header is malformed', PAX),
  'tar-pax-global': archive('A global pax header renames or resizes members', PAX),
  'tar-extension-dangling': archive('A long-name or pax header without its member', PAX),
  'tar-sparse': archive('A sparse file', 'GNU tar'),
  'tar-special-file': archive('A device, a pipe or an unknown kind of member', PAX),
  'tar-link-leaves': archive('A link that leaves the tree', 'PEP 706'),
  'tar-path-through-link': archive('A member is written through a link', 'PEP 706'),

  'record-missing': record('The wheel has no RECORD'),
  'record-malformed': record('RECORD cannot be read'),
  'record-unlisted': record('A file that RECORD does not list'),
  'record-absent': harmless(record('RECORD lists a file that is not there')),
  'record-foreign': record('RECORD lists an absent file where the wheel has none'),
  'record-wheel-file': harmless(record('WHEEL is not what RECORD says of it')),
  'record-path': record('RECORD lists a path that leaves the folder'),
  'record-duplicate': record('RECORD lists a file twice, differently'),
  'record-hash-missing': record('RECORD gives no hash for a file'),
  'record-hash-weak': record('RECORD uses a hash that is not allowed'),
  'record-hash-wrong': record("A file's hash is not RECORD's"),
  'record-size-wrong': record("A file's size is not RECORD's"),

  'metadata-missing': metadata('There is no METADATA or WHEEL'),
  'metadata-dist-info': metadata('Not exactly one .dist-info folder of the right name'),
  'metadata-data-folder': metadata(
    'A .data folder, or a part of it, that installers take differently',
  ),
  'metadata-other-distribution': metadata('It brings metadata of a distribution beside its own'),
  'metadata-malformed': metadata('METADATA or WHEEL cannot be read'),
  'metadata-name': metadata("The metadata's name is not the filename's"),
  'metadata-version': metadata("The metadata's version is not the filename's"),
  'metadata-wheel-version': metadata('An unknown Wheel-Version'),
  'metadata-entry-point': metadata('A script that would be written outside the scripts folder'),
  'metadata-entry-points': metadata('entry_points.txt that installers read differently'),
  'metadata-spelling': metadata('A file of .dist-info under another spelling of its name'),
} as const satisfies Record<string, CodeEntry>;

export type FindingCode = keyof typeof FINDING_CODES;

/** The codes that belong to a rule. */
export function codesOfRule(rule: FindingRule): FindingCode[] {
  return (Object.keys(FINDING_CODES) as FindingCode[]).filter(
    (code) => FINDING_CODES[code].rule === rule,
  );
}

/** What is known of a code; undefined for one that a later version wrote. */
export function knowledgeOf(code: string): CodeEntry | undefined {
  return Object.hasOwn(FINDING_CODES, code) ? FINDING_CODES[code as FindingCode] : undefined;
}

/** Whether what was found may pass by itself: then it refuses for now, and is no fact about the bytes. */
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
