/**
 * What a finding means for who asked. `found`: act on it. `unclear`: it could not be looked at, so nobody
 * can say. `note`: good to know, and no fault.
 */
export type AuditLevel = 'found' | 'unclear' | 'note';

interface CodeEntry {
  readonly level: AuditLevel;
  /** What to do about it; shown once for each code that came up. Empty where there is nothing to do. */
  readonly advice: string;
}

const REINSTALL =
  'Compare it with the release on the index, then install the release anew (pip install --force-reinstall --no-deps PROJECT==VERSION).';
const WHOSE = 'Find out who put it there; if nobody can say, take the environment for compromised.';

/** Every code that an audit gives. A code never changes its meaning. */
export const AUDIT_CODES = {
  'startup-hook': found(
    'Do not start this Python. Read the file with another tool, and find out which install brought it.',
  ),
  'release-refused': found(
    'Remove or change the release; for a malicious one, rotate every secret that the machine could read.',
  ),
  'file-denied': found('This very content is denied by policy: treat the machine as compromised.'),
  'file-missing': found(REINSTALL),
  'file-altered': found(REINSTALL),
  'file-overwritten': found(
    'Two distributions bring this file. Keep the one that you mean, and install it anew.',
  ),
  'file-size': found('RECORD contradicts itself: it was edited. Install the release anew.'),
  'file-unlisted': found(WHOSE),
  'folder-unlisted': found(WHOSE),
  'folder-linked': found(
    'What lies behind a linked folder was not installed here, and was not looked at.',
  ),
  'special-file': found('A site folder holds files and folders, no pipes, sockets or devices.'),
  'bytecode-unchecked': found(
    'Python runs this bytecode without comparing it with its source: delete it.',
  ),
  'record-missing': found(
    'Nothing can be said of its files. Install the release anew with pip or uv.',
  ),
  'record-malformed': found('Nothing can be said of its files. Install the release anew.'),
  'record-hash-missing': found('RECORD vouches for nothing here. Install the release anew.'),
  'record-hash-weak': found('RECORD uses a hash that can be forged. Install the release anew.'),
  'record-duplicate': found('RECORD names the file twice, differently. Install the release anew.'),
  'record-outside': found(
    'An installer writes nothing outside of the environment. Was RECORD edited?',
  ),
  'metadata-missing': found('pip does not show such a distribution. Remove its folder.'),
  'metadata-mismatch': found(
    'Its folder and its METADATA name different releases. Install it anew.',
  ),
  'distribution-twice': found(
    'Only one of the two can be the one that was installed. Remove both, install one.',
  ),

  unreadable: unclear('Run the audit as a user who can read it.'),
  'lock-unread': unclear('The file was not understood whole, so not all of it was judged.'),

  'startup-hook-known': note(''),
  'startup-hook-tolerated': note(
    'The policy lets it through: it warns, is in dry-run, or has a waiver.',
  ),
  'virtualenv-hook': note(''),
  'editable-hook': note(''),
  'editable-install': note('Its code lies elsewhere and was not looked at.'),
  'path-added': note('Code in this folder can be imported, and was not looked at.'),
  'nested-hook': note('Python runs it only if some code makes that folder a site folder.'),
  'foreign-folder': note('A distribution puts files into a package of another.'),
  'script-unvouched': note('virtualenv lists its scripts so; look into the file if in doubt.'),
  'file-linked': note('What the link leads to can change without any trace here.'),
  'system-packages': note(
    'This environment also sees the packages of the system: audit those too.',
  ),
  'release-tolerated': note(
    'The policy lets it through: it warns, is in dry-run, or has a waiver.',
  ),
  'other-index': note(
    'The gate does not see what is installed from there; lock it through the gate.',
  ),
  'new-startup-hook': note('The release before it had no such hook. Read the file.'),
  'attestation-changed': note(
    'Find out whether the project has moved, before you take the release.',
  ),
  'server-silent': note('Age, attestations and hooks are told as far as the lock goes.'),
  'cooldown-not-judged': note('The cooldown needs upload times.'),
  'not-pinned': note('Without a version there is nothing to judge; a lock file or == gives one.'),
  'not-from-index': note(
    'It comes from elsewhere than an index, and was judged by its name at most.',
  ),
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
