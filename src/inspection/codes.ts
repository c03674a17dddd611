import type { FindingRule } from '../domain/finding.js';

/**
 * Every finding that an inspection can make: the rule it belongs to, and where the rule comes from.
 * The codes are stable: the metric `findings_total` and other people's dashboards use them.
 */
export const CODES = {
  // Start-up hooks: design section 3; CPython's Lib/site.py, PEP 829.
  'pth-executable': {
    rule: 'startup-hook',
    source: 'site.py, addpackage: lines that begin with import',
  },
  'pth-undecodable': {
    rule: 'startup-hook',
    source: 'site.py decodes as UTF-8, then as the locale says',
  },
  'pth-adds-hook-folder': {
    rule: 'startup-hook',
    source: 'site.py, addpackage: other lines extend sys.path',
  },
  'pth-leaves-site-directory': {
    rule: 'startup-hook',
    source: 'site.py, addpackage: other lines extend sys.path',
  },
  'start-file': { rule: 'startup-hook', source: 'PEP 829' },
  'site-customize': {
    rule: 'startup-hook',
    source: 'site.py, execsitecustomize, execusercustomize',
  },
  'foreign-hook': {
    rule: 'startup-hook',
    source: 'a module that another project’s honest hook imports',
  },
  'interpreter-shadow': {
    rule: 'startup-hook',
    source: 'PEP 405 (pyvenv.cfg), PEP 427 (.data/scripts)',
  },
  'hook-too-large': { rule: 'startup-hook', source: 'doubt: it was not read' },
  // Zip: APPNOTE.TXT 6.3.10; CVE-2025-54368, CVE-2025-13327.
  'zip-unreadable': { rule: 'archive', source: 'APPNOTE 4.3' },
  'zip-end-record-ambiguous': { rule: 'archive', source: 'APPNOTE 4.3.16' },
  'zip-several-disks': { rule: 'archive', source: 'APPNOTE 4.4.19' },
  'zip-zip64-contradiction': { rule: 'archive', source: 'APPNOTE 4.3.14, 4.5.3' },
  'zip-gap': { rule: 'archive', source: 'bytes that no entry accounts for' },
  'zip-overlap': { rule: 'archive', source: 'entries that share bytes' },
  'zip-directory-mismatch': {
    rule: 'archive',
    source: 'local header and central directory disagree',
  },
  'zip-entry-count': { rule: 'archive', source: 'APPNOTE 4.4.22' },
  'zip-duplicate-name': { rule: 'archive', source: 'the last or the first entry wins, by reader' },
  'zip-name-encoding': { rule: 'archive', source: 'APPNOTE appendix D: bit 11' },
  'zip-name-characters': { rule: 'archive', source: 'control and format characters' },
  'zip-path-absolute': { rule: 'archive', source: 'APPNOTE 4.4.17.1' },
  'zip-path-climbs': { rule: 'archive', source: 'APPNOTE 4.4.17.1' },
  'zip-path-backslash': { rule: 'archive', source: 'APPNOTE 4.4.17.1' },
  'zip-path-empty-part': {
    rule: 'archive',
    source: 'readers fold `a//b` and `./b` in different ways',
  },
  'zip-path-conflict': { rule: 'archive', source: 'a name that is both a file and a folder' },
  'zip-special-file': { rule: 'archive', source: 'symbolic links, devices' },
  'zip-encrypted': { rule: 'archive', source: 'APPNOTE 4.4.4 bits 0, 6, 13' },
  'zip-flags': { rule: 'archive', source: 'APPNOTE 4.4.4' },
  'zip-method': {
    rule: 'archive',
    source: 'APPNOTE 4.4.5; PEP 427 readers have stored and deflate',
  },
  'zip-extra-malformed': { rule: 'archive', source: 'APPNOTE 4.5.1' },
  'zip-unicode-path': { rule: 'archive', source: 'APPNOTE 4.6.9' },
  'zip-stored-descriptor': {
    rule: 'archive',
    source: 'a streaming reader cannot tell where it ends',
  },
  'zip-data-mismatch': { rule: 'archive', source: 'size, CRC or end of the deflate stream' },
  // Tar: POSIX.1-2001 pax, GNU tar.
  'tar-unreadable': { rule: 'archive', source: 'POSIX pax, ustar header' },
  'tar-bad-checksum': { rule: 'archive', source: 'POSIX ustar; readers stop, or skip' },
  'tar-trailing-data': { rule: 'archive', source: 'content behind the end of the archive' },
  'tar-truncated': { rule: 'archive', source: 'the archive ends inside a member' },
  'tar-path-absolute': { rule: 'archive', source: 'PEP 706' },
  'tar-path-climbs': { rule: 'archive', source: 'PEP 706' },
  'tar-name-characters': { rule: 'archive', source: 'control and format characters' },
  'tar-link-leaves': { rule: 'archive', source: 'PEP 706' },
  'tar-special-file': { rule: 'archive', source: 'PEP 706: devices, pipes' },
  'tar-sparse': { rule: 'archive', source: 'GNU sparse: readers disagree on the content' },
  'tar-size-contradiction': { rule: 'archive', source: 'a pax size other than the header’s' },
  'tar-unknown-type': { rule: 'archive', source: 'a type that readers treat in different ways' },
  'tar-duplicate-name': {
    rule: 'archive',
    source: 'a member that replaces an earlier one of another kind',
  },
  'gzip-several-members': {
    rule: 'archive',
    source: 'RFC 1952 2.2; some readers stop at the first',
  },
  'gzip-trailing-data': { rule: 'archive', source: 'RFC 1952' },
  'compression-broken': { rule: 'archive', source: 'RFC 1951, 1952; bzip2' },
  'archive-format-unsupported': { rule: 'archive', source: 'doubt: it cannot be opened' },
  // Bounds.
  'inspection-limit-members': { rule: 'archive', source: 'setting inspection.members' },
  'inspection-limit-inflated': { rule: 'archive', source: 'setting inspection.inflatedBytes' },
  'inspection-limit-ratio': { rule: 'archive', source: 'setting inspection.ratio' },
  'inspection-limit-path': { rule: 'archive', source: 'settings inspection.pathLength, depth' },
  'inspection-limit-time': { rule: 'archive', source: 'setting inspection.time' },
  'inspection-failed': { rule: 'archive', source: 'doubt: the inspection itself broke' },
  // Wheels: PEP 427, the binary distribution format.
  'record-missing': { rule: 'record', source: 'PEP 427, PEP 376' },
  'record-malformed': { rule: 'record', source: 'PEP 376' },
  'record-unlisted-member': { rule: 'record', source: 'PEP 427: RECORD lists every file' },
  'record-missing-member': { rule: 'record', source: 'PEP 376' },
  'record-hash-mismatch': { rule: 'record', source: 'PEP 427' },
  'record-weak-hash': { rule: 'record', source: 'PEP 427: sha256 or better' },
  'metadata-missing': { rule: 'metadata', source: 'PEP 427' },
  'metadata-mismatch': { rule: 'metadata', source: 'PEP 427, core metadata' },
  'wheel-dist-info': {
    rule: 'metadata',
    source: 'PEP 427: one .dist-info folder, named as the file',
  },
  'wheel-file-invalid': { rule: 'metadata', source: 'PEP 427: WHEEL' },
  'entry-point-leaves-scripts': { rule: 'metadata', source: 'entry points specification' },
} as const satisfies Record<string, { rule: FindingRule; source: string }>;

export type FindingCode = keyof typeof CODES;
