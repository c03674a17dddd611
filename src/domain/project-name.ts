/** A project's name in the one form that PEP 503 gives it: lower case, runs of `-`, `_`, `.` as one `-`. */
export type ProjectName = string & { readonly __brand: 'ProjectName' };

/** PEP 508: letters, digits, `-`, `_`, `.`; it begins and ends with a letter or a digit. */
const VALID = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i;

/** A name longer than this is nobody's: the longest on PyPI has 80 characters or so. */
const MAX_LENGTH = 200;

/** The normal form of a name (PEP 503), or undefined where `text` is not a project's name at all. */
export function parseProjectName(text: string): ProjectName | undefined {
  if (text.length > MAX_LENGTH || !VALID.test(text)) return undefined;
  return text.replace(/[-_.]+/g, '-').toLowerCase() as ProjectName;
}
