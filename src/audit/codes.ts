/**
 * The meaning of a finding for the user. `found`: act on it. `unclear`: the audit could not check it. `note`:
 * information, not a fault.
 */
export type AuditLevel = 'found' | 'unclear' | 'note';

interface CodeEntry {
  readonly level: AuditLevel;
  /** The remedy, shown once per reported code. Empty if none is needed. */
  readonly advice: string;
}

const REINSTALL =
  'Compare it with the release on the index, then reinstall the release (pip install --force-reinstall --no-deps PROJECT==VERSION).';
const WHOSE = 'Find out how it got there. If you cannot, treat the environment as compromised.';

/** All codes of an audit. The meaning of a code never changes. */
export const AUDIT_CODES = {
  'startup-hook': found(
    'Do not start this Python. Read the file with another tool and find out which installation added it.',
  ),
  'release-refused': found(
    'Remove or replace the release. If it is malicious, rotate every secret that the machine could read.',
  ),
  'file-denied': found('The policy denies this exact content: treat the machine as compromised.'),
  'file-missing': found(REINSTALL),
  'file-altered': found(REINSTALL),
  'file-overwritten': found('Two distributions contain this file. Keep one and reinstall it.'),
  'file-size': found('RECORD contradicts itself, so it was edited. Reinstall the release.'),
  'file-unlisted': found(WHOSE),
  'folder-unlisted': found(WHOSE),
  'folder-linked': found(
    'The target of a linked folder was not installed here and was not audited.',
  ),
  'special-file': found(
    'A site folder contains only files and folders, no pipes, sockets or devices.',
  ),
  'bytecode-unchecked': found('Python runs this bytecode without checking its source. Delete it.'),
  'record-missing': found('Its files cannot be verified. Reinstall the release with pip or uv.'),
  'record-malformed': found('Its files cannot be verified. Reinstall the release.'),
  'record-hash-missing': found('RECORD verifies nothing here. Reinstall the release.'),
  'record-hash-weak': found('RECORD uses a weak hash. Reinstall the release.'),
  'record-duplicate': found(
    'RECORD has two conflicting entries for the file. Reinstall the release.',
  ),
  'record-outside': found(
    'Installers write nothing outside the environment. RECORD may have been edited.',
  ),
  'metadata-missing': found('pip does not list this distribution. Remove its folder.'),
  'metadata-mismatch': found('Its folder and its METADATA name different releases. Reinstall it.'),
  'distribution-twice': found('Only one of the two was installed. Remove both and reinstall one.'),

  unreadable: unclear('Run the audit as a user with read permission.'),
  'lock-unread': unclear('Part of the file could not be parsed and was not judged.'),

  'startup-hook-known': note(''),
  'startup-hook-tolerated': note('The policy allows it: by a warning, dry-run or a waiver.'),
  'virtualenv-hook': note(''),
  'editable-hook': note(''),
  'editable-install': note('Its code is stored elsewhere and was not audited.'),
  'path-added': note('Code in this folder can be imported and was not audited.'),
  'nested-hook': note('Python runs it only if other code turns that folder into a site folder.'),
  'foreign-folder': note("A distribution adds files to another distribution's package."),
  'script-unvouched': note('virtualenv lists its scripts this way. If in doubt, read the file.'),
  'file-linked': note("The link's target can change without a trace in the environment."),
  'system-packages': note("This environment also uses the system's packages. Audit them as well."),
  'release-tolerated': note('The policy allows it: by a warning, dry-run or a waiver.'),
  'other-index': note('Files from that index bypass Wheelgate. Lock again through Wheelgate.'),
  'new-startup-hook': note('The previous release had no such hook. Read the file.'),
  'attestation-changed': note(
    'Before you install the release, find out whether the project has moved.',
  ),
  'server-silent': note('Age, attestations and hooks are limited to the data in the lock.'),
  'cooldown-not-judged': note('The cooldown needs upload times.'),
  'not-pinned': note('Without a version it cannot be judged. Pin it with == or a lock file.'),
  'not-from-index': note('It does not come from an index and was judged by name only.'),
} as const satisfies Record<string, CodeEntry>;

export type AuditCode = keyof typeof AUDIT_CODES;

function found(advice: string) {
  return { level: 'found', advice } as const;
}
function unclear(advice: string) {
  return { level: 'unclear', advice } as const;
}
function note(advice: string) {
  return { level: 'note', advice } as const;
}
