/** A project's name in the one form that PEP 503 gives it: lower case, runs of `-`, `_`, `.` as one `-`. */
export type ProjectName = string & { readonly __brand: 'ProjectName' };

/** PEP 508: letters, digits, `-`, `_`, `.`; it begins and ends with a letter or a digit. */
const VALID = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i;

/** The maximum length of a name: the longest on PyPI has about 80 characters. */
const MAX_LENGTH = 200;

/** The normalized name (PEP 503), or undefined if `text` is not a valid project name. */
export function parseProjectName(text: string): ProjectName | undefined {
  if (text.length > MAX_LENGTH || !VALID.test(text)) return undefined;
  return text.replace(/[-_.]+/g, '-').toLowerCase() as ProjectName;
}
